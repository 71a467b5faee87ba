-- Aufträge ohne Rückgabe
select order_id from bronze.orders where status = 'open'
