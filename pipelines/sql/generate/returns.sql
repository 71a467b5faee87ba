-- Returns booked until the end of the day `through`: a few in a hundred lines, of some products more than of others.
WITH days AS (
    SELECT day, (${{ params.scale }} * (1200 + 2 * day) // 1000)::BIGINT AS returns
    FROM range(14, (${{ params.through }} - DATE '2015-01-01') + 1) AS days(day)
),
numbered AS (
    SELECT
        day,
        first_return + position AS number
    FROM (
        SELECT
            day,
            (sum(returns) OVER (ORDER BY day) - returns)::BIGINT AS first_return,
            unnest(range(returns)) AS position
        FROM days
    )
),
drawn AS (
    SELECT
        day,
        number,
        (md5_number_lower(concat('return:', ${{ params.seed }}, ':', number)) >> 1)::BIGINT AS draw
    FROM numbered
),
chosen AS (
    SELECT
        day,
        number,
        draw,
        draw // 100 % 1000 * (draw // 100 % 1000) AS popularity,
        CASE
            WHEN draw % 100 < 27 THEN [1001, 96]
            WHEN draw % 100 < 37 THEN [1097, 112]
            WHEN draw % 100 < 62 THEN [1209, 48]
            ELSE [1257, 48]
        END AS products
    FROM drawn
)
SELECT
    500001 + number AS return_key,
    DATE '2015-01-01' + day::INTEGER AS return_date,
    1 + draw // 100000 % 10 AS territory_key,
    products[1] + products[2] * popularity // 1000000 AS product_key,
    (1 + (draw // 1000000 % 12 = 0)::INTEGER)::INTEGER AS quantity,
    (DATE '2015-01-01' + day::INTEGER)::TIMESTAMP + to_seconds(32400 + draw // 12000000 % 30000) AS modified_at
FROM chosen
