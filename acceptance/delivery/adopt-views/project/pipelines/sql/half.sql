select total / 2 as half from gold.total
