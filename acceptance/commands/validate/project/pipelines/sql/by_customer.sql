select customer, sum(amount) as total, count(*) as orders
from silver.orders
where day >= ${{ params.since }}
group by customer
