-- Buying signals by day; a scan counts for its strongest kind.
select day, kind, sum(detected) as detected, sum(qualified) as qualified, sum(drafted) as drafted
from (
  select day, case when kinds = '' then null else split_part(kinds, ',', 1) end as kind, detected,
    case when status = 'qualified' then 1 else 0 end as qualified, 0 as drafted
  from generate_facts
  union all
  select day, signal as kind, 0 as detected, 0 as qualified, 1 as drafted
  from engage_facts
  where signal is not null and status = 'drafted'
) signals
group by day, kind
