-- Customers as the order system shows them at the end of the day `through`, with what people type into forms.
--
-- A thousand times `scale` at the start, five times `scale` more every day: order_lines.sql counts the same way.
WITH customers AS (
    SELECT
        number,
        -- Day of registration; the first thousand came in the year before.
        CASE
            WHEN number < ${{ params.scale }} * 1000 THEN number % 365 - 365
            ELSE (number - ${{ params.scale }} * 1000) // (${{ params.scale }} * 5)
        END AS day,
        (md5_number_lower(concat('customer:', ${{ params.seed }}, ':', number)) >> 1)::BIGINT AS draw
    FROM range(${{ params.scale }} * (1000 + 5 * ((${{ params.through }} - DATE '2015-01-01') + 1))) AS numbers(number)
),
people AS (
    SELECT
        number,
        draw,
        -- 49 of 100 men, 49 women, 2 do not say.
        CASE WHEN draw % 100 < 49 THEN 'M' WHEN draw % 100 < 98 THEN 'F' ELSE '' END AS sex,
        draw // 100 % 24 AS first_name,
        draw // 2400 % 60 AS last_name,
        draw // 144000 % 100 AS spelling,
        draw // 14400000 % 22000 AS birth,
        draw // 316800000000 % 1000 AS fate,
        DATE '2015-01-01'::TIMESTAMP + to_seconds(day * 86400 + 21600 + draw % 50000) AS registered,
        -- Days after which work and income change, for one in twelve.
        CASE WHEN draw // 316800000000 % 1000 BETWEEN 100 AND 183 THEN 30 + draw % 500 END AS change
    FROM customers
),
versions AS (
    SELECT
        *,
        change IS NOT NULL AND registered + to_days(change::INTEGER) < ${{ params.through }} + 1 AS is_changed
    FROM people
),
rows AS (
    -- Three of a thousand are delivered twice, the second time some hours later.
    SELECT *, unnest(range(1 + (fate < 3)::BIGINT)) AS repetition
    FROM versions
),
delivered AS (
    SELECT
        *,
        CASE
            WHEN is_changed THEN registered + to_days(change::INTEGER)
            ELSE registered + to_seconds(repetition * 14400)
        END AS modified_at,
        20 + (draw // 7 % 13 + CASE WHEN is_changed THEN 2 ELSE 0 END) * 10 AS income
    FROM rows
)
SELECT
    100001 + number AS customer_key,
    CASE
        WHEN spelling % 10 = 7 THEN NULL
        WHEN sex = 'M' THEN 'MR.'
        WHEN sex = 'F' THEN ['MS.', 'MRS.'][1 + spelling % 2]
    END AS prefix,
    CASE WHEN spelling % 25 = 3 THEN concat(' ', first_name, ' ') ELSE first_name END AS first_name,
    last_name,
    CASE
        WHEN spelling = 11 THEN ''
        WHEN spelling BETWEEN 12 AND 17 THEN strftime(birth_date, '%Y-%m-%d')
        ELSE strftime(birth_date, '%-m/%-d/%Y')
    END AS birth_date,
    ['M', 'S', 'M', 'S', 'M', 'S', 'm', 's', 'M', NULL][1 + draw // 11 % 10] AS marital_status,
    CASE sex
        WHEN 'M' THEN ['M', 'm', 'Male', 'MALE', 'M '][1 + greatest(spelling - 95, 0)]
        WHEN 'F' THEN ['F', 'f', 'Female', 'female', ' F'][1 + greatest(spelling - 95, 0)]
        ELSE ['NA', '', 'n/a', 'NULL', NULL][1 + spelling % 5]
    END AS gender,
    CASE
        WHEN spelling = 42 THEN ''
        ELSE concat(lower(first_name), '.', replace(lower(last_name), ' ', ''), number, '@example.net')
    END AS email_address,
    CASE
        WHEN spelling IN (51, 52) THEN ''
        WHEN spelling = 53 THEN concat(income, '000')
        ELSE concat('$', income, ',000 ')
    END AS annual_income,
    [0, 0, 0, 1, 1, 2, 2, 3, 4, 5][1 + draw // 13 % 10]::INTEGER AS total_children,
    ['Primary School', 'Secondary School', 'Apprenticeship', 'Bachelor', 'Master'][1 + draw // 17 % 5] AS education_level,
    [
        'Clerical', 'Skilled Trade', 'Engineering', 'Teaching', 'Health Care', 'Sales', 'Management', 'Student'
    ][1 + (draw // 19 + is_changed::BIGINT) % 8] AS occupation,
    ['Y', 'N', 'Y', 'N', 'Y', 'y', 'n', ''][1 + draw // 23 % 8] AS home_owner,
    modified_at
FROM (
    SELECT
        * EXCLUDE (first_name, last_name),
        DATE '1935-06-01' + birth::INTEGER AS birth_date,
        CASE
            WHEN sex = 'M' THEN [
                'ANTON', 'BENEDIKT', 'CARLO', 'DARIO', 'EMRE', 'FELIX', 'GORAN', 'HUGO', 'IVÁN', 'JÖRG', 'KOFI', 'LÉON',
                'MATEJ', 'NIELS', 'OSKAR', 'PAVEL', 'RENÉ', 'SAMIR', 'TOMÁS', 'ULRIK', 'VICTOR', 'WIM', 'YUSUF', 'ZENO'
            ][1 + first_name]
            ELSE [
                'AMÉLIE', 'BIRGIT', 'CHIARA', 'DELIA', 'EBBA', 'FATIMA', 'GRETA', 'HANA', 'INÊS', 'JOSEFINE', 'KAISA',
                'LUCÍA', 'MAREN', 'NADIA', 'ODILE', 'PETRA', 'RUTH', 'SIGRID', 'TESSA', 'URSULA', 'VERA', 'WANDA',
                'YARA', 'ZOË'
            ][1 + first_name]
        END AS first_name,
        [
            'ABEL', 'ALVES', 'ANDERSSON', 'BAKKER', 'BAUMANN', 'BERG', 'BLANCHET', 'BRANDT', 'CARVALHO', 'CASTRO',
            'COLLINS', 'DAHL', 'DE WIT', 'DOYLE', 'DUMONT', 'EKLUND', 'ENGEL', 'FARKAS', 'FERRARI', 'FISCHER', 'FONTAINE',
            'GARCÍA', 'GRAY', 'HAAS', 'HANSEN', 'HOLM', 'HORVAT', 'IVERSEN', 'JANSEN', 'KELLER', 'KOVAČ', 'KRÜGER',
            'LAMBERT', 'LINDGREN', 'LOPES', 'MARTIN', 'MEYER', 'MORETTI', 'MURRAY', 'NOVÁK', 'NYGÅRD', 'O''NEILL', 'OTTO',
            'PAPP', 'PEREIRA', 'QUINN', 'RICCI', 'ROSSI', 'ROUX', 'SCHÄFER', 'SILVA', 'SØRENSEN', 'TÓTH', 'URBAN',
            'VARGA', 'VOGEL', 'WALSH', 'WEBER', 'YILMAZ', 'ZIMMER'
        ][1 + last_name] AS last_name
    FROM delivered
)
WHERE modified_at < ${{ params.through }} + 1
