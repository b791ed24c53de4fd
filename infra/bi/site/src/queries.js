// Every number on the dashboards: its SQL over the marts, and which marts it needs. One place, so that a number can be looked up.
//
// A filter is `{from, to, grain, source, band}` (filters.js). Money is counted in whole cents and millionths of a dollar; shares are 0 to 1.

import { NONE } from './filters.js';

const quoted = (text) => `'${String(text).replaceAll("'", "''")}'`;
const days = ({ from, to }) => `day BETWEEN DATE ${quoted(from)} AND DATE ${quoted(to)}`;
const is = (column, value) => (value === '' ? 'TRUE' : value === NONE ? `${column} IS NULL` : `${column} = ${quoted(value)}`);
/** The first day of the day's, week's or month's bar. */
const start = ({ grain }) => `CAST(date_trunc(${quoted(grain)}, day) AS DATE)`;
const share = (part, all) => `CAST(sum(${part}) AS DOUBLE) / nullif(sum(${all}), 0)`;
/** A sum. Of no rows it is 0; of rows that all lack the value it is unknown. */
const sum = (column) => `CASE WHEN count(*) = 0 THEN 0 ELSE CAST(sum(${column}) AS BIGINT) END`;
const total = (...columns) => columns.map((column) => `${sum(column)} AS ${column}`).join(', ');
const query = (needs, sql) => ({ needs: [].concat(needs), sql });

const leads = (filter) => `${days(filter)} AND ${is('source', filter.source)} AND ${is('band', filter.band)}`;
const STEPS = ['created', 'qualified', 'routed', 'drafted', 'touched', 'converted', 'won'];

// What there is to choose from.
export const firstAndLast = (marts) => query(marts, `SELECT min(day) AS first, max(day) AS last FROM (${marts.map((mart) => `SELECT day FROM ${mart}`).join(' UNION ALL ')})`);
export const sources = query('funnel_daily', 'SELECT DISTINCT source AS value FROM funnel_daily ORDER BY value NULLS LAST');
export const bands = query('funnel_daily', 'SELECT DISTINCT band AS value FROM funnel_daily ORDER BY value NULLS LAST');

// Overview
export const funnel = (filter) => query('funnel_daily', `
  SELECT ${total('created', 'qualified', 'disqualified', 'routed', 'drafted', 'touched', 'converted', 'won', 'won_cents')}
  FROM funnel_daily WHERE ${leads(filter)}`);
export const funnelSteps = (filter) => query('funnel_daily', `
  ${STEPS.map((step, at) => `SELECT ${at} AS position, ${quoted(step)} AS step, CAST(sum(${step}) AS BIGINT) AS leads, ${share(step, 'created')} AS of_created
  FROM funnel_daily WHERE ${leads(filter)}`).join(' UNION ALL ')} ORDER BY position`);
export const createdByBand = (filter) => query('funnel_daily', `
  SELECT ${start(filter)} AS day, coalesce(band, 'no band') AS band, ${total('created')}
  FROM funnel_daily WHERE ${leads(filter)} GROUP BY 1, 2 HAVING sum(created) > 0 ORDER BY 1, 2`);
export const bySource = (filter) => query('funnel_daily', `
  SELECT coalesce(source, 'no source') AS source, ${total('created', 'qualified', 'converted', 'won', 'won_cents')}, ${share('won', 'created')} AS won_share
  FROM funnel_daily WHERE ${leads(filter)} GROUP BY 1 HAVING sum(created) > 0 ORDER BY created DESC, source`);
export const runTotals = (filter) => query('loop_runs_daily', `SELECT ${total('runs', 'effects_applied')} FROM loop_runs_daily WHERE ${days(filter)}`);
export const runsByLoop = (filter) => query('loop_runs_daily', `
  SELECT loop, coalesce(outcome, 'no outcome') AS outcome, ${total('runs', 'effects_applied')}
  FROM loop_runs_daily WHERE ${days(filter)} GROUP BY 1, 2 ORDER BY sum(sum(runs)) OVER (PARTITION BY loop) DESC, loop, runs DESC, outcome`);

// Speed and SLA
/** The share of first touches in time, of all that were due. */
const KEPT = 'CAST(sum(within_sla) AS DOUBLE) / nullif(sum(within_sla) + sum(missed_sla), 0)';
const speed = (filter) => `${days(filter)} AND ${is('band', filter.band)}`;
export const speedTotals = (filter) => query('speed_daily', `
  SELECT ${total('leads', 'touched', 'within_sla', 'missed_sla')}, ${KEPT} AS sla_share,
    CAST(median(owner_p50_ms) AS DOUBLE) AS owner_p50_ms, CAST(median(touch_p50_minutes) AS DOUBLE) AS touch_p50_minutes
  FROM speed_daily WHERE ${speed(filter)}`);
/** Percentiles cannot be added up: a week's or month's are the medians of its days'. */
const spread = (p50, p90, counted) => (filter) => query('speed_daily', `
  SELECT ${start(filter)} AS day, coalesce(band, 'no band') AS band, ${sum(counted)} AS leads,
    CAST(median(${p50}) AS DOUBLE) AS p50, CAST(median(${p90}) AS DOUBLE) AS p90
  FROM speed_daily WHERE ${speed(filter)} AND ${p50} IS NOT NULL GROUP BY 1, 2 ORDER BY 2, 1`);
export const ownerTimes = spread('owner_p50_ms', 'owner_p90_ms', 'leads');
export const touchTimes = spread('touch_p50_minutes', 'touch_p90_minutes', 'touched');
export const slaByTime = (filter) => query('speed_daily', `
  SELECT ${start(filter)} AS day, ${total('within_sla', 'missed_sla')}, ${KEPT} AS kept
  FROM speed_daily WHERE ${speed(filter)} GROUP BY 1 HAVING coalesce(sum(within_sla), 0) + coalesce(sum(missed_sla), 0) > 0 ORDER BY 1`);
export const slaByBand = (filter) => query('speed_daily', `
  SELECT coalesce(band, 'no band') AS band, ${total('leads', 'touched', 'within_sla', 'missed_sla')}, ${KEPT} AS kept
  FROM speed_daily WHERE ${speed(filter)} GROUP BY 1 HAVING sum(leads) > 0 ORDER BY 1`);

// Routing. `routed` counts all leads of the day and stands on each rule's row: a day counts once.
const routedOn = (condition) => `(SELECT nullif(CAST(sum(routed) AS DOUBLE), 0) FROM (SELECT day, max(routed) AS routed FROM rule_matches_daily WHERE ${condition} GROUP BY day))`;
export const routingTotals = (filter) => query('rule_matches_daily', `
  SELECT CAST(coalesce(${routedOn(days(filter))}, 0) AS BIGINT) AS routed, count(DISTINCT rule) FILTER (WHERE matches > 0) AS rules_used, ${total('matches')}
  FROM rule_matches_daily WHERE ${days(filter)}`);
export const ruleShares = (filter) => query('rule_matches_daily', `
  SELECT coalesce(rule, 'no rule') AS rule, ${total('matches')}, CAST(sum(matches) AS DOUBLE) / ${routedOn(days(filter))} AS share
  FROM rule_matches_daily WHERE ${days(filter)} GROUP BY 1 HAVING sum(matches) > 0 ORDER BY matches DESC, rule`);
/** The share of each rule in the 7 days that end with the range, against the 28 days before those. */
export const drift = ({ to }) => {
  const end = `DATE ${quoted(to)}`;
  const recent = `day > ${end} - 7 AND day <= ${end}`;
  const before = `day > ${end} - 35 AND day <= ${end} - 7`;
  return query('rule_matches_daily', `
    WITH rules AS (
      SELECT coalesce(rule, 'no rule') AS rule, coalesce(sum(matches) FILTER (WHERE ${recent}), 0) AS matches_now, coalesce(sum(matches) FILTER (WHERE ${before}), 0) AS matches_before
      FROM rule_matches_daily WHERE day > ${end} - 35 AND day <= ${end} GROUP BY 1
    ), shares AS (
      SELECT rule, CAST(matches_now AS BIGINT) AS matches_now, CAST(matches_before AS BIGINT) AS matches_before, matches_now / ${routedOn(recent)} AS share_now, matches_before / ${routedOn(before)} AS share_before FROM rules
    )
    SELECT *, share_now - share_before AS change FROM shares WHERE matches_now + matches_before > 0 ORDER BY abs(share_now - share_before) DESC NULLS LAST, rule`);
};
/** A member's fair share is that of its weight; where no weight is known, all of the pool are alike. */
export const fairness = query('pool_balance', `
  WITH shares AS (
    SELECT pool, coalesce(owner_name, owner_id) AS owner, CAST(leads AS BIGINT) AS leads, CAST(leads AS DOUBLE) / nullif(leads_in_pool, 0) AS share,
      coalesce(CAST(weight AS DOUBLE) / sum(weight) OVER (PARTITION BY pool), 1.0 / count(*) OVER (PARTITION BY pool)) AS fair_share
    FROM pool_balance
  )
  SELECT *, share - fair_share AS apart FROM shares ORDER BY pool, leads DESC, owner`);

// Costs
const SPENT = ['compute_microusd', 'data_microusd', 'ai_microusd'];
const allSpent = 'coalesce(compute_microusd, 0) + coalesce(data_microusd, 0) + coalesce(ai_microusd, 0)';
export const costTotals = (filter) => query('receipts_daily', `SELECT ${total(...SPENT)}, CAST(coalesce(sum(${allSpent}), 0) AS BIGINT) AS total_microusd FROM receipts_daily WHERE ${days(filter)}`);
export const costsByTime = (filter) => query('receipts_daily', `SELECT ${start(filter)} AS day, ${total(...SPENT)} FROM receipts_daily WHERE ${days(filter)} GROUP BY 1 HAVING sum(${allSpent}) > 0 ORDER BY 1`);
export const costsByLoop = (filter) => query('receipts_daily', `
  SELECT loop, ${total('leads', ...SPENT)}, CAST(sum(${allSpent}) AS BIGINT) AS total_microusd, CAST(sum(${allSpent}) AS DOUBLE) / nullif(sum(leads), 0) AS per_lead_microusd
  FROM receipts_daily WHERE ${days(filter)} GROUP BY 1 ORDER BY total_microusd DESC, loop`);
export const createdLeads = (filter) => query('funnel_daily', `SELECT ${total('created')} FROM funnel_daily WHERE ${days(filter)}`);

// Plan
export const planChoices = query('capacity_years', 'SELECT DISTINCT scenario, year FROM capacity_years ORDER BY scenario, year');
export const planTotal = (scenario, year) => query('capacity_years', `
  SELECT capacity_cents, target_cents, gap_cents, coverage_basis_points, booked_cents, open_cents FROM capacity_years
  WHERE ${is('scenario', scenario)} AND year = ${quoted(year)} AND segment IS NULL`);
export const planRows = (scenario) => query('capacity_years', `
  SELECT coalesce(segment, 'Whole plan') AS segment, year, capacity_cents, target_cents, gap_cents, coverage_basis_points, booked_cents, open_cents
  FROM capacity_years WHERE ${is('scenario', scenario)} ORDER BY segment IS NOT NULL, segment, year`);

// Signals, sequences, milestones
const byTime = (mart, name, counted) => (filter) => query(mart, `
  SELECT ${start(filter)} AS day, coalesce(${name}, 'none') AS ${name}, ${total(counted)} FROM ${mart} WHERE ${days(filter)} GROUP BY 1, 2 HAVING sum(${counted}) > 0 ORDER BY 1, 2`);
const byName = (mart, names, counted) => (filter) => query(mart, `
  SELECT ${names.map((name) => `coalesce(${name}, '–') AS ${name}`).join(', ')}, ${total(...counted)}
  FROM ${mart} WHERE ${days(filter)} GROUP BY ${names.map((_, at) => at + 1).join(', ')} ORDER BY ${counted[0]} DESC, 1`);
const totals = (mart, counted) => (filter) => query(mart, `SELECT ${total(...counted)} FROM ${mart} WHERE ${days(filter)}`);
export const SIGNALS = ['detected', 'qualified', 'drafted'];
export const SEQUENCES = ['drafted', 'blocked', 'approved', 'rejected', 'stopped'];
export const MILESTONES = ['due', 'done_on_time', 'done_late', 'missed'];
export const signalTotals = totals('signals_daily', SIGNALS);
export const signalsByTime = byTime('signals_daily', 'kind', 'detected');
export const signalsByKind = byName('signals_daily', ['kind'], SIGNALS);
export const sequenceTotals = totals('sequences_daily', SEQUENCES);
export const sequencesByTemplate = byName('sequences_daily', ['template', 'prompt_version'], SEQUENCES);
export const milestoneTotals = totals('milestones_daily', MILESTONES);
export const milestonesByPlay = byName('milestones_daily', ['play'], MILESTONES);

// Lineage
export const LINEAGE = ['signal_kind', 'rule', 'config_version', 'territory', 'scenario'];
export const lineageTotals = query('lineage_summary', `SELECT ${total('deals_won', 'won_cents')} FROM lineage_summary`);
export const lineageBy = (dimension) => query('lineage_summary', `
  SELECT coalesce(CAST(${dimension} AS VARCHAR), 'none') AS name, ${total('deals_won', 'won_cents')} FROM lineage_summary GROUP BY 1 HAVING sum(deals_won) > 0 ORDER BY won_cents DESC, name`);
export const lineageRows = query('lineage_summary', `SELECT ${LINEAGE.join(', ')}, deals_won, won_cents FROM lineage_summary WHERE deals_won > 0 ORDER BY won_cents DESC NULLS LAST`);

// Freshness
export const freshness = query('freshness', 'SELECT dataset, CAST(rows AS BIGINT) AS rows, CAST(bytes AS BIGINT) AS bytes, newest FROM freshness ORDER BY dataset');
