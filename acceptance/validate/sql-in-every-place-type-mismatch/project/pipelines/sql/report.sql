-- Größe und Menge
select order_id
from bronze.orders
where ordered_at > date '2024-01-01' and status > 100
