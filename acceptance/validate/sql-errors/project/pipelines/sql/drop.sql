drop table bronze.orders
