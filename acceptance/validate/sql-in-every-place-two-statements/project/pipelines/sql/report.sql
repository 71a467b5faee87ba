-- Größe und Menge
select order_id, date '2024-01-01' as since from bronze.orders;
select customer_id, date '2024-01-01' as since from bronze.customers;
