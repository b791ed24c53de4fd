-- Capacity and target of each scenario, as it was computed last, against booked and open deals.
with computed as (
  select scenario_id, max(decided_at) as decided_at
  from design_facts
  group by scenario_id
),
years as (
  select facts.scenario_id, facts.segment, facts.year, facts.capacity, facts.target, facts.gap, facts.coverage,
    cast(concat(facts.year, '-01') as date) as starts
  from design_facts facts
  join computed on computed.scenario_id = facts.scenario_id and computed.decided_at = facts.decided_at
),
deals as (
  select years.scenario_id, years.year,
    sum(case when deals.is_won then deals.amount_cents else 0 end) as booked_cents,
    sum(case when not deals.is_closed then deals.amount_cents else 0 end) as open_cents
  from years
  join crm_opportunities deals on deals.close_day >= years.starts and deals.close_day < years.starts + interval '1' year
  where years.segment is null and not coalesce(deals.is_deleted, false)
  group by years.scenario_id, years.year
)
select years.scenario_id as scenario, years.segment, years.year,
  years.capacity as capacity_cents, years.target as target_cents, years.gap as gap_cents,
  years.coverage as coverage_basis_points,
  case when years.segment is null then coalesce(deals.booked_cents, 0) end as booked_cents,
  case when years.segment is null then coalesce(deals.open_cents, 0) end as open_cents
from years
left join deals on deals.scenario_id = years.scenario_id and deals.year = years.year and years.segment is null
