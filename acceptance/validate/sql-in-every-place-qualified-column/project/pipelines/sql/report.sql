-- Größe und Menge
select o.order_id, date '2024-01-01' as since, o.amonut
from bronze.orders as o
