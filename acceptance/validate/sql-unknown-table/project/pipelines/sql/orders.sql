select *
from bronze.orders o
join bronze.customer c using (customer)
