select md5('salt ${{ secret('salt') }}') as h
