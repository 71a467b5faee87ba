select	order_id,
		status,	amonut
from bronze.orders
