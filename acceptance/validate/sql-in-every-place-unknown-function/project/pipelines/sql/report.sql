-- Größe und Menge
select order_id, date '2024-01-01' as since, strlenn(status) as n
from bronze.orders
