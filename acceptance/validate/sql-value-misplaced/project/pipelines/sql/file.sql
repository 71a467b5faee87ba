select 1 /* a /* comment */ in a comment, it's */ as one,
    E'it\'s' -- continued
    '\${{ params.batch }}' as two
