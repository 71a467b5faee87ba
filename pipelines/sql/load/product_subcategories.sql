SELECT
    ProductSubcategoryKey AS subcategory_key,
    SubcategoryName AS subcategory_name,
    ProductCategoryKey AS category_key,
    TIMESTAMP '2014-12-31 00:00:00' AS modified_at
FROM raw
