-- Runs by the day they decided, by loop and outcome. Compute at Lambda's list price for arm64 and 256 MB: 0.0033334 millionths of a dollar a millisecond.
select day, loop, outcome,
  count(*) as runs,
  sum(effects) as effects_applied,
  cast(round(sum(compute_ms) * 0.0033334) as bigint) as compute_microusd,
  sum(data_microusd) as data_microusd,
  sum(ai_microusd) as ai_microusd
from decisions
group by day, loop, outcome
