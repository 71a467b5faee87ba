-- Columns are compared without case, and "quoted" ones too.
select o.ORDER_ID, "Customer_Id", amount as total
from bronze.orders o
where status = 'open'
order by total
