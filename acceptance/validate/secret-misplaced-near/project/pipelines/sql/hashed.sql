select md5('salt ' || ${{ secret('salt') }}) as h, ${{ int(secret('pin')) }} + 1 as n -- ${{ secret('salt') }}
