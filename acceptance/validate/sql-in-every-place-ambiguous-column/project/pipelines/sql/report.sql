-- Größe und Menge
select amount, date '2024-01-01' as since, customer_id
from bronze.orders
join bronze.customers on orders.customer_id = customers.customer_id
