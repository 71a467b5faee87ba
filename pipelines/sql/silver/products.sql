-- Latest version of each product. Prices must be readable: revenue hangs on them.
SELECT
    product_key::BIGINT AS product_key,
    subcategory_key::BIGINT AS subcategory_key,
    trim(sku) AS sku,
    trim(product_name) AS product_name,
    trim(model_name) AS model_name,
    trim(description) AS description,
    -- The source writes NA or 0 where a product has no colour, size or style.
    nullif(nullif(trim(color), ''), 'NA') AS color,
    nullif(nullif(trim(size), ''), '0') AS size,
    nullif(nullif(trim(style), ''), '0') AS style,
    standard_cost::DECIMAL(18, 4) AS standard_cost,
    list_price::DECIMAL(18, 4) AS list_price,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.products
QUALIFY row_number() OVER (PARTITION BY product_key ORDER BY modified_at DESC) = 1
