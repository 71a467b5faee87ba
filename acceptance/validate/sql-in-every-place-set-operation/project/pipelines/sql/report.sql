-- Größe und Menge
select order_id, date '2024-01-01' as since from bronze.orders
union all
select date '2024-01-01' as since from bronze.customers
