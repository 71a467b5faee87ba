select ordered_at as day, sum(amount) as revenue
from bronze.orders
group by ordered_at
