// Which rules give leads their owners, whether that drifts, and whether pools are fair.

import { MAIN } from '../colours.js';
import { figures } from '../card.js';
import { againstMark, change, ranked } from '../charts.js';
import { show } from '../format.js';
import * as queries from '../queries.js';

export default {
  id: 'routing',
  title: 'Routing',
  intro: 'Drift compares the 7 days up to the end of the range with the 28 days before those. Pools show what their members hold now.',
  filters: ['range'],
  parts: [
    ['figures', 'Key figures', async ({ first, present, filter }) => {
      const totals = await first(queries.routingTotals(filter));
      const furthest = await first(queries.drift(filter));
      const members = await present(queries.fairness);
      const unfair = members.filter((row) => row.apart !== null).reduce((most, row) => (Math.abs(row.apart) > Math.abs(most?.apart ?? 0) ? row : most), null);
      return figures([
        { id: 'routed_leads', label: 'Routed', value: totals.routed, unit: 'leads', note: 'leads' },
        { id: 'rule_matches', label: 'Matches', value: totals.matches, unit: 'leads', note: 'of all rules' },
        { id: 'rules_used', label: 'Rules used', value: totals.rules_used, unit: 'rules' },
        { id: 'largest_drift', label: 'Largest drift', value: furthest.change, unit: 'points', note: furthest.rule },
        { id: 'largest_unfairness', label: 'Furthest from fair', value: unfair?.apart ?? null, unit: 'points', note: unfair ? `${unfair.owner}, ${unfair.pool}` : null },
      ]);
    }],
    ['rules', 'Share of each rule', async ({ card, rows, filter }) => card({
      unit: '% of all routed leads',
      rows: await rows(queries.ruleShares(filter)),
      columns: [{ name: 'rule', label: 'Rule' }, { name: 'matches', label: 'Matches' }, { name: 'share', label: 'Share', unit: 'share' }],
      empty: 'No lead was routed in this time.',
      say: (all) => `${all[0].rule} matched most: ${show(all[0].share, 'share')} of routed leads.`,
      draw: (label, all, width) => ranked(label, all, width, { name: 'rule', value: 'share', unit: 'share', note: (row) => show(row.matches) }),
    })],
    ['drift', 'Drift of the rules', async ({ card, rows, filter }) => card({
      unit: '% of routed leads: the last 7 days against the 28 before; the change in percentage points',
      rows: await rows(queries.drift(filter)),
      columns: [
        { name: 'rule', label: 'Rule' }, { name: 'matches_before', label: 'Matches before' }, { name: 'share_before', label: 'Share before', unit: 'share' },
        { name: 'matches_now', label: 'Matches now' }, { name: 'share_now', label: 'Share now', unit: 'share' }, { name: 'change', label: 'Change', unit: 'points' },
      ],
      empty: 'No lead was routed in these 35 days.',
      say: (all) => (all[0].change === null ? 'One of the two times has no routed leads, so there is nothing to compare.' : `${all[0].rule} moved furthest: ${show(all[0].change, 'points')}.`),
      legend: () => [{ name: '28 days before', colour: 'var(--soft)', mark: 'ring' }, { name: 'last 7 days', colour: MAIN, mark: 'dot' }],
      draw: (label, all, width) => change(label, all, width, { name: 'rule', before: 'share_before', now: 'share_now', say: (row) => show(row.change, 'points') }),
    })],
    ['pools', 'Fairness of pools', async ({ card, rows }) => card({
      unit: '% of the pool’s leads, as of now; the mark is the fair share by weight',
      rows: await rows(queries.fairness),
      columns: [
        { name: 'pool', label: 'Pool' }, { name: 'owner', label: 'Owner' }, { name: 'leads', label: 'Leads' }, { name: 'share', label: 'Share', unit: 'share' },
        { name: 'fair_share', label: 'Fair share', unit: 'share' }, { name: 'apart', label: 'Apart', unit: 'points' },
      ],
      empty: 'No pool has given out a lead yet.',
      legend: () => [{ name: 'share', colour: MAIN }, { name: 'fair share', colour: 'var(--text)', mark: 'tick' }],
      say: (all) => `${new Set(all.map((row) => row.pool)).size} pools with ${all.length} members.`,
      draw: (label, all, width) => againstMark(label, all, width, { group: 'pool', name: 'owner', value: 'share', mark: 'fair_share', unit: 'share', say: (row) => `${show(row.share, 'share')} · ${show(row.leads)}` }),
    })],
  ],
};
