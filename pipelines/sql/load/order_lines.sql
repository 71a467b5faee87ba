-- Lines of all years' files; a line counts as modified in the evening of its order's day.
SELECT
    OrderNumber AS order_number,
    OrderLineItem AS line_item,
    order_date,
    strptime(StockDate, '%m/%d/%Y')::DATE AS stock_date,
    ProductKey AS product_key,
    CustomerKey AS customer_key,
    TerritoryKey AS territory_key,
    OrderQuantity AS quantity,
    order_date + INTERVAL 20 HOUR AS modified_at
FROM (SELECT *, strptime(OrderDate, '%m/%d/%Y')::DATE AS order_date FROM raw)
