select order_id,
  custmer -- who
from bronze.orders
