SELECT
    category_key::BIGINT AS category_key,
    trim(category_name) AS category_name,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.product_categories
QUALIFY row_number() OVER (PARTITION BY category_key ORDER BY modified_at DESC) = 1
