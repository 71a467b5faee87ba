-- For the dashboard.
select gender, count(*) as orders, sum(gold.orders.amount) as amount
from gold.orders
group by gender;
