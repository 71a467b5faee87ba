-- Every day from the first to the last that an order or a return names, without gaps.
WITH days AS (
    SELECT unnest(generate_series(min(first_day), max(last_day), INTERVAL 1 DAY))::DATE AS date
    FROM (
        SELECT min(order_date) AS first_day, max(order_date) AS last_day FROM silver.order_lines
        UNION ALL
        SELECT min(return_date), max(return_date) FROM silver.returns
    )
)
SELECT
    date,
    year(date)::INTEGER AS year,
    quarter(date)::INTEGER AS quarter,
    month(date)::INTEGER AS month,
    day(date)::INTEGER AS day,
    date_trunc('month', date)::DATE AS month_start,
    isoyear(date)::INTEGER AS iso_year,
    week(date)::INTEGER AS iso_week,
    isodow(date)::INTEGER AS iso_weekday,
    monthname(date) AS month_name,
    dayname(date) AS day_name,
    isodow(date) >= 6 AS is_weekend
FROM days
