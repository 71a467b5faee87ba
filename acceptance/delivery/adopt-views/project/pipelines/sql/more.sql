select twice from gold.double
