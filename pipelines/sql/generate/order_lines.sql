-- Order lines as the order system shows them at the end of the day `through`.
--
-- Everything follows from numbers: the plan gives the orders of a day, an order's draw (MD5 of seed and number) gives
-- its customer and its lines, so that neither threads nor an earlier run can change a row. Integers only: floating
-- point may differ in the last digit from one machine to the next.
WITH plan AS (
    -- Orders per day: growth x season x weekday x chance, in thousandths and percent.
    SELECT
        day,
        orders,
        (sum(orders) OVER (ORDER BY day) - orders)::BIGINT AS first_order
    FROM (
        SELECT
            day,
            ${{ params.scale }} * 14700 * (1000 + 2 * day)
                * [78, 80, 94, 106, 124, 132, 112, 100, 90, 84, 92, 122][month(DATE '2015-01-01' + day::INTEGER)]
                * [88, 86, 92, 98, 108, 126, 106][isodow(DATE '2015-01-01' + day::INTEGER)]
                * (90 + md5_number_lower(concat('day:', ${{ params.seed }}, ':', day)) % 21)::BIGINT
                // 1000000000000 AS orders
        FROM range(0, (${{ params.through }} - DATE '2015-01-01') + 1) AS days(day)
    )
),
orders AS (
    SELECT
        day,
        number,
        -- Two independent halves of the draw.
        (draw % 4294967296)::BIGINT AS low,
        (draw >> 32)::BIGINT AS high
    FROM (
        SELECT
            day,
            number,
            md5_number_lower(concat('order:', ${{ params.seed }}, ':', number)) AS draw
        FROM (
            SELECT day, unnest(range(first_order, first_order + orders)) AS number
            FROM plan
        )
    )
),
customers AS (
    -- Customers of the day before; three orders in ten come from the twentieth of them who buy often.
    SELECT
        day,
        number,
        low,
        high,
        CASE
            WHEN high % 10 < 3 THEN low % (${{ params.scale }} * (50 + day // 4)) * 20
            ELSE low % (${{ params.scale }} * (1000 + 5 * day))
        END AS customer,
        [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6][1 + high // 10 % 20] AS lines,
        -- One order in a hundred has its first line delivered twice.
        (high // 200 % 100 = 0)::BIGINT AS repeated,
        29000 + high // 20000 % 43000 AS second
    FROM orders
),
lines AS (
    SELECT
        day,
        number,
        customer,
        high,
        second,
        line > lines AS is_repetition,
        CASE WHEN line > lines THEN 1 ELSE line END AS line
    FROM (
        SELECT day, number, customer, high, second, lines, unnest(range(1, lines + repeated + 1)) AS line
        FROM customers
    )
),
drawn AS (
    -- A draw for the line: one step of a quadratic congruential generator.
    SELECT
        *,
        mixed * mixed % 2147483647 AS draw
    FROM (SELECT *, (high + line * 715827883) % 2147483647 AS mixed FROM lines)
),
chosen AS (
    SELECT
        day,
        number,
        customer,
        second,
        is_repetition,
        line,
        draw,
        CASE
            WHEN line = 1 AND draw % 100 < 34 THEN 'bikes'
            WHEN draw % 100 BETWEEN 34 AND 41 THEN 'components'
            WHEN draw % 100 BETWEEN 42 AND 57 THEN 'clothing'
            ELSE 'accessories'
        END AS kind,
        -- Squared: the first products of a category sell best.
        draw // 100 % 1000 * (draw // 100 % 1000) AS popularity,
        draw // 100000 % 10000 AS event
    FROM drawn
),
events AS (
    SELECT
        DATE '2015-01-01' + day::INTEGER AS order_date,
        day,
        number,
        line,
        draw,
        event,
        is_repetition,
        -- One line in two thousand names a product nobody knows, and one order in two thousand such a customer.
        CASE
            WHEN event < 5 THEN 999000 + event
            WHEN kind = 'bikes' THEN 1001 + 96 * popularity // 1000000
            WHEN kind = 'components' THEN 1097 + 112 * popularity // 1000000
            WHEN kind = 'clothing' THEN 1209 + 48 * popularity // 1000000
            ELSE 1257 + 48 * popularity // 1000000
        END AS product_key,
        CASE WHEN number % 2000 = 1234 THEN 9000000000 + customer ELSE 100001 + customer END AS customer_key,
        [1, 1, 1, 2, 3, 3, 4, 4, 4, 4, 5, 6, 6, 7, 8, 8, 9, 9, 10, 10][
            1 + (customer + customer // 20) % 20
        ]::BIGINT AS territory_key,
        CASE WHEN kind = 'bikes' THEN 1 ELSE [1, 1, 1, 1, 2, 2, 3, 4][1 + draw % 8] END AS quantity,
        -- Seconds from the start of the order's day until the line was delivered: one in a hundred days late.
        second + line
            + CASE WHEN event BETWEEN 100 AND 199 THEN (1 + event % 5) * 86400 ELSE 0 END
            + CASE WHEN is_repetition THEN 300 + draw % 100000 ELSE 0 END AS delivered,
        -- And one in a hundred was counted wrong and corrected 2 to 21 days later.
        second + (2 + draw % 20) * 86400 AS corrected
    FROM chosen
)
SELECT
    concat('SO', 100000 + number) AS order_number,
    line::INTEGER AS line_item,
    order_date,
    order_date - (30 + draw % 180)::INTEGER AS stock_date,
    product_key,
    customer_key,
    territory_key,
    (CASE WHEN is_corrected THEN quantity + 1 ELSE quantity END)::INTEGER AS quantity,
    order_date::TIMESTAMP + to_seconds(CASE WHEN is_corrected THEN corrected ELSE delivered END) AS modified_at
FROM (
    SELECT
        *,
        event BETWEEN 200 AND 299 AND NOT is_repetition AND corrected < remaining AS is_corrected
    FROM (SELECT *, (${{ params.through }} - order_date + 1) * 86400 AS remaining FROM events)
)
WHERE delivered < remaining
