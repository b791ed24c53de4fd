// Questions to start from in the SQL box.

export const EXAMPLES = [
  ['Leads and won deals by source', `SELECT source, sum(created) AS created, sum(won) AS won,
       round(100.0 * sum(won) / nullif(sum(created), 0), 1) AS won_percent
FROM funnel_daily
GROUP BY source
ORDER BY created DESC`],
  ['Dollars by loop and month', `SELECT loop, date_trunc('month', day) AS month,
       sum(compute_microusd + data_microusd + ai_microusd) / 1e6 AS dollars
FROM receipts_daily
GROUP BY loop, month
ORDER BY month, loop`],
  ['Days on which the SLA was missed most', `SELECT day, band, missed_sla, within_sla, touch_p90_minutes
FROM speed_daily
WHERE missed_sla > 0
ORDER BY missed_sla DESC, day
LIMIT 20`],
  ['Leads of each pool member', `SELECT pool, owner_name, leads, weight,
       round(100.0 * leads / nullif(leads_in_pool, 0), 1) AS percent_of_pool
FROM pool_balance
ORDER BY pool, leads DESC`],
  ['How old each dataset is', `SELECT dataset, rows, bytes, newest
FROM freshness
ORDER BY newest DESC NULLS LAST`],
];
