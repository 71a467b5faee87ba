select wrong from bronze.orders2
