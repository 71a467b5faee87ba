-- The four categories.
SELECT
    category_key::BIGINT AS category_key,
    category_name,
    TIMESTAMP '2014-12-01 06:00:00' AS modified_at
FROM (
    VALUES (1, 'Bikes'), (2, 'Components'), (3, 'Clothing'), (4, 'Accessories')
) AS categories(category_key, category_name)
