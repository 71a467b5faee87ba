-- The newest row of each order.
SELECT
    order_id,
    customer_id,
    CASE WHEN state = 'void' THEN 0 ELSE amount END AS amount,
    ordered_at::DATE AS day,
    'shop' AS origin
FROM bronze.orders
WHERE ordered_at >= ${{ params.since }}
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY _ingested_at DESC) = 1
