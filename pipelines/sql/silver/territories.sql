SELECT
    territory_key::BIGINT AS territory_key,
    trim(region) AS region,
    trim(country) AS country,
    trim(continent) AS continent,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.territories
QUALIFY row_number() OVER (PARTITION BY territory_key ORDER BY modified_at DESC) = 1
