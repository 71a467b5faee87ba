-- Pieces and revenue by gender, for dashboards. PostgreSQL and DuckDB both understand it. Orders are not added up:
-- one with lines of two categories counts in each of them.
SELECT gender, sum(quantity) AS quantity, sum(revenue) AS revenue
FROM gold.kpi_sales
GROUP BY gender
