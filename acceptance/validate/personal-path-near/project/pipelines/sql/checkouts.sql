select page, count(*) as visits
from bronze.visits
where page <> '/Users/ada'
group by page
