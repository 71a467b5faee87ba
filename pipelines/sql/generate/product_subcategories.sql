-- The 37 subcategories; products.sql counts on their order.
SELECT
    position AS subcategory_key,
    [
        'Trail Bikes', 'Gravel Bikes', 'City Bikes',
        'Bars', 'Bearings', 'Cassettes', 'Chainrings', 'Chains', 'Cranks', 'Disc Brakes', 'Forks', 'Frames', 'Pedals',
        'Rims', 'Saddles', 'Shifters', 'Stems',
        'Base Layers', 'Caps', 'Gilets', 'Gloves', 'Jackets', 'Jerseys', 'Shorts', 'Socks',
        'Bags', 'Bells', 'Bottles', 'Care', 'Child Seats', 'Helmets', 'Lights', 'Locks', 'Mudguards', 'Pumps', 'Tools',
        'Tyres'
    ][position] AS subcategory_name,
    CASE
        WHEN position <= 3 THEN 1
        WHEN position <= 17 THEN 2
        WHEN position <= 25 THEN 3
        ELSE 4
    END::BIGINT AS category_key,
    TIMESTAMP '2014-12-01 06:00:00' AS modified_at
FROM range(1, 38) AS positions(position)
