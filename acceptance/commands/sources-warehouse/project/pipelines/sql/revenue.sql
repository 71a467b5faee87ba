select ordered_at as day, sum(amount) as revenue, count(*) as orders
from bronze.orders
group by ordered_at
