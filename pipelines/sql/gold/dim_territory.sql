SELECT territory_key, region, country, continent
FROM silver.territories
