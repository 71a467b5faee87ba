-- Größe und Menge
with open_orders as (
  select order_id, amount from bronze.orders where status = 'open'
)
select date '2024-01-01' as since, order_id, status from open_orders
