with recent as (select * from bronze.orders where ordered_at > date '2024-01-01')
select order_id, amount from recent
