select cast(${{ pipeline().parameters.inFile }} as date) as day
