-- One row for each order.
SELECT
  id,
  customer,
  upper(status) AS status,
  amount::INTEGER AS amount
FROM bronze.orders
