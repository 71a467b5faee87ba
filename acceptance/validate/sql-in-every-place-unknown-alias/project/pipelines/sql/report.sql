-- Größe und Menge
select date '2024-01-01' as since, ord.order_id from bronze.orders o
