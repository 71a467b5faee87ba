SELECT
    SalesTerritoryKey AS territory_key,
    Region AS region,
    Country AS country,
    Continent AS continent,
    TIMESTAMP '2014-12-31 00:00:00' AS modified_at
FROM raw
