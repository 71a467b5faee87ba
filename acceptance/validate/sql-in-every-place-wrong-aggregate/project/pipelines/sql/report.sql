-- Größe und Menge
select customer_id, date '2024-01-01' as since, sum(status) as total
from bronze.orders
group by all
