-- What each customer has bought.
select customer_id, sum(amount) as revenue
from bronze.orders
group by customer_id
