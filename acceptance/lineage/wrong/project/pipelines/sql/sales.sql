WITH placed AS (
    SELECT c.country, o.order_id, o.amount
    FROM silver.orders o
    JOIN bronze.customers c USING (customer_id)
)
SELECT
    r.region,
    count(DISTINCT p.order_id) AS orders,
    sum(p.amount) AS total,
    (SELECT max(day) FROM silver.orders) AS newest
FROM placed p
LEFT JOIN silver.regions r ON r.country = p.country
GROUP BY r.region
ORDER BY total DESC
