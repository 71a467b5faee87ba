select 'größe' as a
