select order_id, amount
from bronze.orders
where status = 'open'
oder by ordered_at
