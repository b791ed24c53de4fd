-- Drafted sequences by the day of the draft, and what became of them.
with answered as (
  select correlation_id,
    max(case when name = 'sequence.approved' then 1 else 0 end) as approved,
    max(case when name = 'sequence.rejected' then 1 else 0 end) as rejected,
    max(case when name = 'sequence.stopped' then 1 else 0 end) as stopped
  from events
  where name in ('sequence.approved', 'sequence.rejected', 'sequence.stopped')
  group by correlation_id
)
select facts.day, facts.template, facts.prompt_version,
  sum(case when facts.status = 'drafted' then 1 else 0 end) as drafted,
  sum(case when facts.status = 'blocked' then 1 else 0 end) as blocked,
  sum(case when facts.status = 'drafted' then coalesce(answered.approved, 0) else 0 end) as approved,
  sum(case when facts.status = 'drafted' then coalesce(answered.rejected, 0) else 0 end) as rejected,
  sum(case when facts.status = 'drafted' then coalesce(answered.stopped, 0) else 0 end) as stopped
from engage_facts facts
join decisions runs on runs.run_id = facts.run_id
left join answered on answered.correlation_id = runs.correlation_id
group by facts.day, facts.template, facts.prompt_version
