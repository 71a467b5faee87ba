-- Größe und Menge
select order_id, date '2024-01-01' as since
from bronze.orders o
where date '2024-01-01' < (select max(c.born) from bronze.customers c where c.customer_id = o.customer_id)
