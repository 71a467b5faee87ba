select id, name from bronze.customers
