-- Größe und Menge
select order_id, 'größe' as "the size",
  date '2024-01-01' as since, amonut
from bronze.orders
