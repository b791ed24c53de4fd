-- Won deals by what brought them; lineage.sql has them one by one.
with routed as (
  select facts.record_id, facts.rule, facts.territory, facts.decided_at, runs.config_version,
    row_number() over (partition by facts.record_id order by facts.decided_at desc, facts.run_id desc) as nth
  from route_facts facts
  join decisions runs on runs.run_id = facts.run_id
  where facts.outcome = 'routed'
),
drafted as (
  select record_id, run_id, template,
    row_number() over (partition by record_id order by decided_at desc, run_id desc) as nth
  from engage_facts
  where status = 'drafted' and lead_id is not null
),
signalled as (
  select account_id, signal, run_id, decided_at
  from engage_facts
  where signal is not null and status = 'drafted'
),
brought as (
  select deals.id, signalled.signal, signalled.run_id,
    row_number() over (partition by deals.id order by signalled.decided_at desc) as nth
  from crm_opportunities deals
  join signalled on signalled.account_id = deals.account_id and signalled.decided_at <= deals.created_at
),
promoted as (
  select scenario_id, decided_at, lead(decided_at) over (order by decided_at) as ended_at
  from (select distinct scenario_id, decided_at from design_facts) computed
),
won as (
  select deals.id as opportunity_id, deals.amount_cents, leads.id as lead_id,
    brought.signal as signal_kind, coalesce(drafted.run_id, brought.run_id) as sequence_run_id, drafted.template,
    routed.rule, routed.config_version, routed.territory, promoted.scenario_id as scenario
  from crm_opportunities deals
  left join crm_leads leads on leads.converted_opportunity_id = deals.id
  left join routed on routed.record_id = leads.id and routed.nth = 1
  left join drafted on drafted.record_id = leads.id and drafted.nth = 1
  left join brought on brought.id = deals.id and brought.nth = 1
  left join promoted on promoted.decided_at <= coalesce(routed.decided_at, deals.created_at)
    and (promoted.ended_at is null or coalesce(routed.decided_at, deals.created_at) < promoted.ended_at)
  where deals.is_won and not coalesce(deals.is_deleted, false)
)
select signal_kind, rule, config_version, territory, scenario, count(*) as deals_won, sum(coalesce(amount_cents, 0)) as won_cents
from won
group by signal_kind, rule, config_version, territory, scenario
