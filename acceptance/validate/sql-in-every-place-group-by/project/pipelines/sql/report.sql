-- Größe und Menge
select date '2024-01-01' as since, status, count(*) as orders
from bronze.orders
group by customer_id
