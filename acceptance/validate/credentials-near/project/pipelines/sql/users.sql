select u.token as token, 'task-force-one-hundred-and-twenty' as t, 'dapi' as d, 'eyJ' as j
from bronze.users u join bronze.users o on u.password=o.password
where u.token='' and o.pwd=md5(u.password) and u.t::text = 'sk-not-a-key-but-a-very-long-name'
