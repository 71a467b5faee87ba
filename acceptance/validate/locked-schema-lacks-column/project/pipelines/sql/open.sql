select
  order_id,
  amount
from bronze.orders
where status = 'open'
