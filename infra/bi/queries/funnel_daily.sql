-- Leads by the day they were created, with how far they have come since.
with decided as (
  select record_id, loop, outcome,
    row_number() over (partition by record_id, loop order by decided_at desc, run_id desc) as nth
  from decisions
  where loop in ('qualify', 'route', 'engage')
),
steps as (
  select record_id,
    max(case when loop = 'qualify' and outcome = 'qualified' then 1 else 0 end) as qualified,
    max(case when loop = 'qualify' and outcome = 'disqualified' then 1 else 0 end) as disqualified,
    max(case when loop = 'route' and outcome = 'routed' then 1 else 0 end) as routed,
    max(case when loop = 'engage' and outcome = 'drafted' then 1 else 0 end) as drafted
  from decided
  where nth = 1
  group by record_id
)
select cast(leads.created_at as date) as day, leads.source, leads.band,
  count(*) as created,
  sum(coalesce(steps.qualified, 0)) as qualified,
  sum(coalesce(steps.disqualified, 0)) as disqualified,
  sum(coalesce(steps.routed, 0)) as routed,
  sum(coalesce(steps.drafted, 0)) as drafted,
  sum(case when leads.first_touch_at is not null then 1 else 0 end) as touched,
  sum(case when leads.is_converted then 1 else 0 end) as converted,
  sum(case when deals.is_won then 1 else 0 end) as won,
  sum(case when deals.is_won then coalesce(deals.amount_cents, 0) else 0 end) as won_cents
from crm_leads leads
left join steps on steps.record_id = leads.id
left join crm_opportunities deals on deals.id = leads.converted_opportunity_id
where not coalesce(leads.is_deleted, false)
group by cast(leads.created_at as date), leads.source, leads.band
