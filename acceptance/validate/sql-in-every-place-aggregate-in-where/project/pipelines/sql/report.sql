-- Größe und Menge
select date '2024-01-01' as since, customer_id from bronze.orders
where ordered_at >= date '2024-01-01' and sum(amount) > 100
