-- Größe und Menge
select date '2024-01-01' as since, case when status = 'open' then ordered_at else order_id end as what
from bronze.orders
