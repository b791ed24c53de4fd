-- How many leads each rule of Route gave their owner, by the day of the decision.
with matched as (
  select day, rule, count(distinct record_id) as matches
  from route_facts
  where outcome = 'routed' and rule is not null
  group by day, rule
),
all_of_day as (
  select day, count(distinct record_id) as routed
  from route_facts
  where outcome = 'routed'
  group by day
)
select matched.day, matched.rule, matched.matches, all_of_day.routed
from matched
join all_of_day on all_of_day.day = matched.day
