-- Times from saving a lead to its owner and first touch, and whether the promise was kept. A quantile is the smallest value that so many reach.
with owned as (
  select record_id, time_from_save_ms as ms,
    row_number() over (partition by record_id order by decided_at, run_id) as nth
  from route_facts
  where outcome = 'routed'
),
touches as (
  select record_id,
    max(case when outcome = 'touched' then 1 else 0 end) as touched,
    min(case when outcome = 'touched' then working_minutes end) as minutes,
    max(case when outcome = 'touched' and in_time then 1 else 0 end) as kept,
    max(case when outcome = 'missed' or (outcome = 'touched' and not in_time) then 1 else 0 end) as missed
  from first_touches
  group by record_id
),
each_lead as (
  select cast(leads.created_at as date) as day, leads.band, owned.ms, touches.minutes,
    coalesce(touches.touched, 0) as touched, coalesce(touches.kept, 0) as kept, coalesce(touches.missed, 0) as missed,
    row_number() over (partition by cast(leads.created_at as date), leads.band order by owned.ms) as ms_place,
    count(*) over (partition by cast(leads.created_at as date), leads.band) as ms_count,
    row_number() over (partition by cast(leads.created_at as date), leads.band order by touches.minutes nulls last) as minutes_place,
    count(touches.minutes) over (partition by cast(leads.created_at as date), leads.band) as minutes_count
  from crm_leads leads
  join owned on owned.record_id = leads.id and owned.nth = 1
  left join touches on touches.record_id = leads.id
  where not coalesce(leads.is_deleted, false)
)
select day, band,
  count(*) as leads,
  min(case when ms_place * 2 >= ms_count then ms end) as owner_p50_ms,
  min(case when ms_place * 10 >= ms_count * 9 then ms end) as owner_p90_ms,
  sum(touched) as touched,
  min(case when minutes is not null and minutes_place * 2 >= minutes_count then minutes end) as touch_p50_minutes,
  min(case when minutes is not null and minutes_place * 10 >= minutes_count * 9 then minutes end) as touch_p90_minutes,
  sum(kept) as within_sla,
  sum(missed) as missed_sla
from each_lead
group by day, band
