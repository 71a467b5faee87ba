select order_id
frm bronze.orders
