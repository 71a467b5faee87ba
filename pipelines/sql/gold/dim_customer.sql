-- Without e-mail addresses: nobody counts by them.
SELECT
    customer_key,
    concat_ws(' ', prefix, first_name, last_name) AS full_name,
    gender,
    marital_status,
    birth_date,
    annual_income,
    total_children,
    education_level,
    occupation,
    is_home_owner
FROM silver.customers
