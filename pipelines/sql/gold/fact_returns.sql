-- One row per return, valued at the product's price.
SELECT
    return_key,
    return_date,
    product_key,
    territory_key,
    quantity,
    (quantity * list_price)::DECIMAL(18, 4) AS value
FROM silver.returns
JOIN silver.products USING (product_key)
