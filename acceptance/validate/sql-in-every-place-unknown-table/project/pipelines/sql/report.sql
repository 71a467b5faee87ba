-- Größe und Menge
select date '2024-01-01' as since, order_id from bronze.ordres
join bronze.customers using (customer_id)
