-- One row per order line, valued at the product's price.
SELECT
    order_number,
    line_item,
    order_date,
    product_key,
    customer_key,
    territory_key,
    quantity,
    (quantity * list_price)::DECIMAL(18, 4) AS revenue,
    (quantity * standard_cost)::DECIMAL(18, 4) AS cost
FROM silver.order_lines
JOIN silver.products USING (product_key)
