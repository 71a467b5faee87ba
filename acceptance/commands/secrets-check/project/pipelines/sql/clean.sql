select *, md5(${{ secret('salt') }} || tenant) as tenant_hash
from bronze.orders
