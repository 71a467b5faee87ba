select '自転車 🚲' as ware, amonut from bronze.orders
