select gender,
  amount + genre as sum
from gold.orders
