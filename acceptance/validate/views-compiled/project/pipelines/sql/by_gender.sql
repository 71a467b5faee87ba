select gender, sum(gold.orders.amount) as amount
from gold.orders group by all
