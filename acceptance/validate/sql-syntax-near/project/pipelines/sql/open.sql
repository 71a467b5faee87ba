select order_id, amount
from bronze.orders
where status = 'open'
order by ordered_at
