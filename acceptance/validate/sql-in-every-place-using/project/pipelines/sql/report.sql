-- Größe und Menge
select date '2024-01-01' as since, order_id
from bronze.orders join bronze.customers using (order_id)
