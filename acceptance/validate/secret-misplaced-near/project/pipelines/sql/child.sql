select md5(${{ params.salt }} || 'a') as h
