select sum(amount) as total from silver.orders
