-- Leads by the day they were created, with how far they have come since.
with steps as (
  -- The last decision of a loop is what counts: was that of the outcome the last one? One run at a time decides about a lead, so no two have one time.
  select record_id,
    max(case when loop = 'qualify' then decided_at end) as qualify_at,
    max(case when loop = 'qualify' and outcome = 'qualified' then decided_at end) as qualified_at,
    max(case when loop = 'qualify' and outcome = 'disqualified' then decided_at end) as disqualified_at,
    max(case when loop = 'route' then decided_at end) as route_at,
    max(case when loop = 'route' and outcome = 'routed' then decided_at end) as routed_at,
    max(case when loop = 'engage' then decided_at end) as engage_at,
    max(case when loop = 'engage' and outcome = 'drafted' then decided_at end) as drafted_at
  from decisions
  where loop in ('qualify', 'route', 'engage')
  group by record_id
)
select cast(leads.created_at as date) as day, leads.source, leads.band,
  count(*) as created,
  sum(case when steps.qualified_at = steps.qualify_at then 1 else 0 end) as qualified,
  sum(case when steps.disqualified_at = steps.qualify_at then 1 else 0 end) as disqualified,
  sum(case when steps.routed_at = steps.route_at then 1 else 0 end) as routed,
  sum(case when steps.drafted_at = steps.engage_at then 1 else 0 end) as drafted,
  sum(case when leads.first_touch_at is not null then 1 else 0 end) as touched,
  sum(case when leads.is_converted then 1 else 0 end) as converted,
  sum(case when deals.is_won then 1 else 0 end) as won,
  sum(case when deals.is_won then coalesce(deals.amount_cents, 0) else 0 end) as won_cents
from crm_leads leads
left join steps on steps.record_id = leads.id
left join crm_opportunities deals on deals.id = leads.converted_opportunity_id
where not coalesce(leads.is_deleted, false)
group by cast(leads.created_at as date), leads.source, leads.band
