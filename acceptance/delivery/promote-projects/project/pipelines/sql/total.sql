select sum(amount) as total, (select count(*) from silver.customers) as customers from bronze.orders
