-- Latest version of each customer, with the codes and texts of the forms made uniform. What a customer may leave out
-- (birth date, income) becomes NULL where it cannot be read; gender and marital status become NA.
SELECT
    customer_key::BIGINT AS customer_key,
    trim(prefix) AS prefix,
    trim(first_name) AS first_name,
    trim(last_name) AS last_name,
    try_strptime(trim(birth_date), ['%m/%d/%Y', '%Y-%m-%d'])::DATE AS birth_date,
    CASE WHEN upper(trim(marital_status)) IN ('M', 'S') THEN upper(trim(marital_status)) ELSE 'NA' END AS marital_status,
    CASE
        WHEN upper(trim(gender)) IN ('F', 'FEMALE') THEN 'F'
        WHEN upper(trim(gender)) IN ('M', 'MALE') THEN 'M'
        ELSE 'NA'
    END AS gender,
    nullif(trim(email_address), '') AS email_address,
    -- "$90,000 "
    try_cast(translate(annual_income, '$, ', '') AS DECIMAL(18, 2)) AS annual_income,
    total_children::INTEGER AS total_children,
    trim(education_level) AS education_level,
    trim(occupation) AS occupation,
    CASE upper(trim(home_owner)) WHEN 'Y' THEN true WHEN 'N' THEN false END AS is_home_owner,
    modified_at::TIMESTAMP AS modified_at
FROM bronze.customers
QUALIFY row_number() OVER (PARTITION BY customer_key ORDER BY modified_at DESC) = 1
