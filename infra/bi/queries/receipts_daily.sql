-- What leads cost, by the day of the runs and by loop. Compute at Lambda's list price for arm64 and 256 MB: 0.0033334 millionths of a dollar a millisecond.
select day, loop,
  count(distinct case when subject like 'lead/%' then record_id end) as leads,
  cast(round(sum(compute_ms) * 0.0033334) as bigint) as compute_microusd,
  sum(data_microusd) as data_microusd,
  sum(ai_microusd) as ai_microusd
from decisions
group by day, loop
