-- Customers as the file has them. It knows no time of change: the eve of the first order stands for it.
SELECT
    CustomerKey AS customer_key,
    Prefix AS prefix,
    FirstName AS first_name,
    LastName AS last_name,
    BirthDate AS birth_date,
    MaritalStatus AS marital_status,
    Gender AS gender,
    EmailAddress AS email_address,
    AnnualIncome AS annual_income,
    TotalChildren AS total_children,
    EducationLevel AS education_level,
    Occupation AS occupation,
    HomeOwner AS home_owner,
    TIMESTAMP '2014-12-31 00:00:00' AS modified_at
FROM raw
