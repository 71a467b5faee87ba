select 'open from bronze.orders
