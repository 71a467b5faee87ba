SELECT
    return_key::BIGINT AS return_key,
    return_date::DATE AS return_date,
    territory_key::BIGINT AS territory_key,
    product_key::BIGINT AS product_key,
    quantity::INTEGER AS quantity,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.returns
QUALIFY row_number() OVER (PARTITION BY return_key ORDER BY modified_at DESC) = 1
