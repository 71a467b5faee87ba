select amonut from bronze.orders
