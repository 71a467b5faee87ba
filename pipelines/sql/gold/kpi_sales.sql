-- What sold to whom, by month. An order with lines of two categories counts once in each.
SELECT
    date_trunc('month', order_date)::DATE AS month,
    category,
    gender,
    count(DISTINCT order_number) AS orders,
    sum(quantity)::BIGINT AS quantity,
    sum(revenue)::DECIMAL(18, 4) AS revenue,
    count(DISTINCT customer_key) AS customers
FROM gold.fact_sales
JOIN gold.dim_product USING (product_key)
JOIN gold.dim_customer USING (customer_key)
GROUP BY ALL
