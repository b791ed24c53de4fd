// Where won revenue came from: signal, rule, Route's version, territory and scenario.

import { figures } from '../card.js';
import { ranked } from '../charts.js';
import { count, show } from '../format.js';
import * as queries from '../queries.js';

const NO_DEALS = 'No deal was won yet.';
const NAMES = { signal_kind: 'signal', rule: 'rule', config_version: 'version of Route’s levers', territory: 'territory', scenario: 'scenario' };

const by = (dimension) => [`lineage-${dimension}`, `Won by ${NAMES[dimension]}`, async ({ card, rows }) => card({
  unit: 'amount, and number of deals',
  rows: await rows(queries.lineageBy(dimension)),
  columns: [{ name: 'name', label: NAMES[dimension].replace(/^./, (first) => first.toUpperCase()) }, { name: 'deals_won', label: 'Deals won' }, { name: 'won_cents', label: 'Won amount', unit: 'cents' }],
  empty: NO_DEALS,
  say: (all) => (all[0].won_cents === null ? null : `The most came with ${all[0].name}: ${show(all[0].won_cents, 'cents')}.`),
  draw: (label, all, width) => ranked(label, all, width, { name: 'name', value: 'won_cents', unit: 'cents', note: (row) => count(row.deals_won, 'deal') }),
})];

export default {
  id: 'lineage',
  title: 'Lineage',
  intro: 'Every won deal traced back to what brought it. All days.',
  filters: [],
  parts: [
    ['figures', 'Key figures', async ({ first }) => {
      const totals = await first(queries.lineageTotals);
      return figures([
        { id: 'lineage_deals_won', label: 'Deals won', value: totals.deals_won, unit: 'deals' },
        { id: 'lineage_won_cents', label: 'Won amount', value: totals.won_cents, unit: 'cents' },
      ]);
    }],
    ...['signal_kind', 'rule', 'territory', 'config_version'].map(by),
    ['lineage-rows', 'Every way to a won deal', async ({ card, rows }) => card({
      unit: 'deals won and their amount',
      wide: true,
      rows: await rows(queries.lineageRows),
      columns: [
        { name: 'signal_kind', label: 'Signal' }, { name: 'rule', label: 'Rule' }, { name: 'config_version', label: 'Route’s version' }, { name: 'territory', label: 'Territory' },
        { name: 'scenario', label: 'Scenario' }, { name: 'deals_won', label: 'Deals won' }, { name: 'won_cents', label: 'Won amount', unit: 'cents' },
      ],
      empty: NO_DEALS,
    })],
  ],
};
