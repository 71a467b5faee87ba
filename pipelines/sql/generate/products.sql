-- 304 products: 32 in each subcategory of bikes, 8 of components, 6 of clothing, 4 of accessories.
-- order_lines.sql and returns.sql know where the keys of a category begin: 1001, 1097, 1209, 1257.
WITH subcategories AS (
    SELECT
        position AS subcategory_key,
        CASE WHEN position <= 3 THEN 32 WHEN position <= 17 THEN 8 WHEN position <= 25 THEN 6 ELSE 4 END AS products,
        -- What a product is called, and the lowest and highest price in cents.
        [
            ['Trail Bike', '64900', '389900'], ['Gravel Bike', '84900', '339900'], ['City Bike', '54900', '219900'],
            ['Bar', '2499', '18900'], ['Bearing', '1490', '9900'], ['Cassette', '3290', '24900'],
            ['Chainring', '2190', '12900'], ['Chain', '1290', '6490'], ['Crank', '6900', '49900'],
            ['Disc Brake', '4990', '27900'], ['Fork', '14900', '119900'], ['Frame', '29900', '139900'],
            ['Pedal', '1990', '15900'], ['Rim', '3490', '64900'], ['Saddle', '2490', '18900'],
            ['Shifter', '2990', '21900'], ['Stem', '1990', '11900'],
            ['Base Layer', '2490', '6990'], ['Cap', '990', '1990'], ['Gilet', '3990', '8990'], ['Glove', '1490', '4490'],
            ['Jacket', '5990', '15990'], ['Jersey', '3490', '8990'], ['Shorts', '3990', '10990'], ['Socks', '690', '1790'],
            ['Bag', '1990', '12990'], ['Bell', '590', '1990'], ['Bottle', '490', '1290'], ['Care Kit', '790', '2490'],
            ['Child Seat', '5990', '14990'], ['Helmet', '3490', '15990'], ['Light', '1290', '8990'],
            ['Lock', '1490', '9990'], ['Mudguard', '1290', '4990'], ['Pump', '1490', '5990'], ['Tool', '690', '4990'],
            ['Tyre', '1490', '6490']
        ][position] AS kind
    FROM range(1, 38) AS positions(position)
),
products AS (
    SELECT
        1000 + row_number() OVER (ORDER BY subcategory_key, number) AS product_key,
        subcategory_key,
        products,
        number,
        kind[1] AS noun,
        kind[2]::BIGINT AS lowest,
        kind[3]::BIGINT AS highest
    FROM (SELECT subcategory_key, products, kind, unnest(range(products)) AS number FROM subcategories)
),
priced AS (
    -- Prices with up to four decimals: 1 of 7 comes out of a conversion between currencies.
    SELECT
        *,
        lowest * 100 + (highest - lowest) * 100 * number // (products - 1)
            + CASE WHEN product_key % 7 = 0 THEN product_key % 89 ELSE 0 END AS price,
        [
            'Alder', 'Brisk', 'Cinder', 'Drift', 'Ember', 'Fjell', 'Garnet', 'Heron', 'Iris', 'Juniper', 'Kestrel', 'Larch'
        ][1 + (number + subcategory_key * 5) % 12] AS model,
        -- One in ten was described anew at some time.
        CASE WHEN product_key % 10 = 3 THEN TIMESTAMP '2015-01-10 09:00:00' + to_days((product_key * 31 % 900)::INTEGER) END
            AS revised
    FROM products
),
shown AS (
    SELECT *, revised IS NOT NULL AND revised < ${{ params.through }} + 1 AS is_revised
    FROM priced
)
SELECT
    product_key,
    subcategory_key,
    format('{}-{:02d}{:03d}', upper(left(model, 2)), subcategory_key, number) AS sku,
    concat(
        model, ' ', 100 * (1 + number % 9), ' ', noun,
        CASE WHEN subcategory_key <= 3 THEN concat(', ', 48 + 2 * (number % 8)) ELSE '' END) AS product_name,
    concat(model, ' ', 100 * (1 + number % 9)) AS model_name,
    CASE
        WHEN is_revised THEN concat('Reworked ', lower(noun), ' of the ', model, ' series.')
        ELSE concat(noun, ' of the ', model, ' series.')
    END AS description,
    ['Black', 'Red', 'Silver', 'Blue', 'NA', 'White', 'Green', ''][1 + (number + subcategory_key) % 8] AS color,
    CASE
        WHEN subcategory_key <= 3 THEN (48 + 2 * (number % 8))::VARCHAR
        WHEN subcategory_key BETWEEN 18 AND 25 THEN ['S', 'M', 'L', 'XL'][1 + number % 4]
        ELSE '0'
    END AS size,
    CASE WHEN subcategory_key BETWEEN 18 AND 25 THEN ['W', 'M', 'U'][1 + number % 3] ELSE '0' END AS style,
    (price * (54 + product_key % 13) // 100 * 0.0001)::DECIMAL(18, 4)::VARCHAR AS standard_cost,
    (price * 0.0001)::DECIMAL(18, 4)::VARCHAR AS list_price,
    CASE WHEN is_revised THEN revised ELSE TIMESTAMP '2014-12-01 06:00:00' END AS modified_at
FROM shown
