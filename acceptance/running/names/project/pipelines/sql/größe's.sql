select order_id, "Größe", "it's", "say""hi""", "select" from bronze."bestellungen März"
