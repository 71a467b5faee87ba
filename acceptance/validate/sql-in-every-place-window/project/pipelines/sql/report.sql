-- Größe und Menge
select date '2024-01-01' as since, order_id
from bronze.orders
where date '2024-01-01' < ordered_at and row_number() over (partition by customer_id order by ordered_at) = 1
