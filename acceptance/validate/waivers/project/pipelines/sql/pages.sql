-- pipectl: allow personal-path - a page that is called so
select 'file:///home/ada/x' as a
