select split_part('a/b/c', '/', 2) as part, '/home/page' as url, 'https://example.com/Users/x' as link, 'C' || ':' as drive
where '/checkout/' <> '/Users/list'
  and 'file:///x' <> '/Workspace/Users/ada@example.com/x'
