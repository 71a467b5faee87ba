select order_id,
  customer -- who
from bronze.orders
