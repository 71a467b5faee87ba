-- Products as the file has them; prices stay text.
SELECT
    ProductKey AS product_key,
    ProductSubcategoryKey AS subcategory_key,
    ProductSKU AS sku,
    ProductName AS product_name,
    ModelName AS model_name,
    ProductDescription AS description,
    ProductColor AS color,
    ProductSize AS size,
    ProductStyle AS style,
    ProductCost AS standard_cost,
    ProductPrice AS list_price,
    TIMESTAMP '2014-12-31 00:00:00' AS modified_at
FROM raw
