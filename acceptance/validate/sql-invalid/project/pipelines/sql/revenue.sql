-- What each customer has bought.
select customer_id, sum(status) as revenue
from bronze.orders
group by customer_id
