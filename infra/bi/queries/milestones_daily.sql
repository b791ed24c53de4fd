-- Milestones: due and missed by the day that this was told, done by the day of the last look at the deal.
with looks as (
  select record_id, play, day, done_on_time, done_late,
    row_number() over (partition by record_id order by decided_at desc, run_id desc) as nth
  from pursue_facts
),
told as (
  select events.day, looks.play,
    case when events.name = 'milestone.due' then 1 else 0 end as due,
    case when events.name = 'milestone.missed' then 1 else 0 end as missed
  from events
  left join looks on looks.record_id = events.record_id and looks.nth = 1
  where events.name in ('milestone.due', 'milestone.missed')
)
select day, play, sum(due) as due, sum(done_on_time) as done_on_time, sum(done_late) as done_late, sum(missed) as missed
from (
  select day, play, due, 0 as done_on_time, 0 as done_late, missed from told
  union all
  select day, play, 0 as due, done_on_time, done_late, 0 as missed from looks where nth = 1
) each_day
group by day, play
