-- Größe und Menge
insert into silver.big_orders
select date '2024-01-01' as since, order_id from bronze.orders
