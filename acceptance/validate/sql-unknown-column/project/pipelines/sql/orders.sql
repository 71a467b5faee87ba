-- the orders
select
    order_id,
    custmer as who,
    amount
from bronze.orders
