-- Where the retailer sells.
SELECT
    territory_key::BIGINT AS territory_key,
    region,
    country,
    continent,
    TIMESTAMP '2014-12-01 06:00:00' AS modified_at
FROM (
    VALUES
        (1, 'North Sea', 'Netherlands', 'Europe'),
        (2, 'Ardennes', 'Belgium', 'Europe'),
        (3, 'Rhine', 'Germany', 'Europe'),
        (4, 'Bavaria', 'Germany', 'Europe'),
        (5, 'Jutland', 'Denmark', 'Europe'),
        (6, 'Great Lakes', 'Canada', 'North America'),
        (7, 'Maritimes', 'Canada', 'North America'),
        (8, 'New England', 'United States', 'North America'),
        (9, 'Cascadia', 'United States', 'North America'),
        (10, 'Tasman', 'New Zealand', 'Oceania')
) AS territories(territory_key, region, country, continent)
