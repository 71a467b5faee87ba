-- Größe und Menge
select date '2024-01-01' as since, order_id, amount::decimall(8, 2) as amount
from bronze.orders
