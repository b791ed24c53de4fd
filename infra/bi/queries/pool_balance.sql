-- What each member of a pool was given. Weights are levers and not in the lake.
with given as (
  select pool, owner_id, count(distinct record_id) as leads
  from route_facts
  where outcome = 'routed' and pool is not null
  group by pool, owner_id
)
select given.pool, given.owner_id, users.name as owner_name, given.leads,
  cast(null as bigint) as weight,
  sum(given.leads) over (partition by given.pool) as leads_in_pool
from given
left join crm_users users on users.id = given.owner_id
