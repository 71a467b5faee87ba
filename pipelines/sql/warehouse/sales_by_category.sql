-- Pieces and revenue by category and month, and the category's share in the month's revenue.
SELECT
    month,
    category,
    sum(quantity) AS quantity,
    sum(revenue) AS revenue,
    sum(revenue) / sum(sum(revenue)) OVER (PARTITION BY month) AS share
FROM gold.kpi_sales
GROUP BY month, category
