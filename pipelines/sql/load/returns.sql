-- The file gives returns no key: their position in a fixed order is one.
SELECT
    row_number() OVER (ORDER BY return_date, TerritoryKey, ProductKey, ReturnQuantity) AS return_key,
    return_date,
    TerritoryKey AS territory_key,
    ProductKey AS product_key,
    ReturnQuantity AS quantity,
    return_date + INTERVAL 20 HOUR AS modified_at
FROM (SELECT *, strptime(ReturnDate, '%m/%d/%Y')::DATE AS return_date FROM raw)
