-- ${{ params.batch }}
select /* a /* comment */ in a comment, it's ${{ params.batch }} */ ${{ params.batch }} as one,
    E'it\'s' -- continued
    '\\${{ params.batch }}' as two,
    E'three \' '
    ${{ params.batch }} as three,
    $$four$$ || ${{ params.batch }} || $t$ $$ $t$ as four,
    "${{ params.batch }}".${{ params.batch }} as five,
    'it''s ${{ params.batch }}' as six, '\' || ${{ params.batch }} as seven
from (select 'x' as "o'clock") as "o'clock"
