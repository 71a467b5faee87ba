select order_id,
  amonut
from bronze.orders
