select order_id, wh from silver.known
