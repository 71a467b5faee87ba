selec order_id from bronze.orders
