-- Größe und Menge
select order_id, date '2024-01-01' as since,, amount
from bronze.orders
