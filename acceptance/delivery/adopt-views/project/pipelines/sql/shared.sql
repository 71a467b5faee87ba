select total from gold.total
