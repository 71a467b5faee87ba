SELECT
    product_key,
    sku,
    product_name,
    model_name,
    subcategory_name AS subcategory,
    category_name AS category,
    color,
    size,
    style,
    standard_cost,
    list_price
FROM silver.products
JOIN silver.product_subcategories USING (subcategory_key)
JOIN silver.product_categories USING (category_key)
