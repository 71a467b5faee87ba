SELECT
    ProductCategoryKey AS category_key,
    CategoryName AS category_name,
    TIMESTAMP '2014-12-31 00:00:00' AS modified_at
FROM raw
