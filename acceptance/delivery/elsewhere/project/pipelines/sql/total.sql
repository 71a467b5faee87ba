select sum(amount) as total from bronze.orders
