SELECT
    subcategory_key::BIGINT AS subcategory_key,
    trim(subcategory_name) AS subcategory_name,
    category_key::BIGINT AS category_key,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.product_subcategories
QUALIFY row_number() OVER (PARTITION BY subcategory_key ORDER BY modified_at DESC) = 1
