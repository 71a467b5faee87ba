select page, count(*) as visits
from bronze.visits
where page <> '/data/weblogs/ping'
group by page
