// What the loops cost: compute, bought data and AI.

import { coloursOf } from '../colours.js';
import { figures } from '../card.js';
import { ranked, rankedParts, stackedOverTime } from '../charts.js';
import { show } from '../format.js';
import * as queries from '../queries.js';
import { byGrain, busiest, dayColumn, legendOf, parted, unfolded } from '../words.js';

const [compute, data, ai] = coloursOf(['compute', 'data', 'AI']);
const PARTS = [['compute_microusd', 'compute', compute], ['data_microusd', 'data', data], ['ai_microusd', 'AI', ai]];
const kinds = { ...parted(PARTS), unit: 'microusd' };
const legend = () => legendOf(kinds);
const NOTHING_SPENT = 'Nothing was spent in this time.';
const columns = [
  { name: 'compute_microusd', label: 'Compute', unit: 'microusd' }, { name: 'data_microusd', label: 'Data', unit: 'microusd' }, { name: 'ai_microusd', label: 'AI', unit: 'microusd' },
];

export default {
  id: 'costs',
  title: 'Costs',
  intro: 'The receipts of all runs, kept in millionths of a dollar and shown in dollars.',
  filters: ['range'],
  parts: [
    ['figures', 'Key figures', async ({ first, filter }) => {
      const totals = await first(queries.costTotals(filter));
      const { created } = await first(queries.createdLeads(filter));
      return figures([
        { id: 'total_microusd', label: 'Spent', value: totals.total_microusd, unit: 'microusd' },
        { id: 'compute_microusd', label: 'Compute', value: totals.compute_microusd, unit: 'microusd' },
        { id: 'data_microusd', label: 'Data', value: totals.data_microusd, unit: 'microusd' },
        { id: 'ai_microusd', label: 'AI', value: totals.ai_microusd, unit: 'microusd' },
        { id: 'microusd_per_lead', label: 'A created lead', value: created > 0 ? totals.total_microusd / created : null, unit: 'microusd', note: `spent, by ${show(created)} created` },
      ]);
    }],
    ['costs-by-time', 'Spent over time', async ({ card, rows, filter }) => {
      const all = await rows(queries.costsByTime(filter));
      return card({
        unit: `dollars ${byGrain(filter)}`,
        rows: all,
        columns: [dayColumn(filter), ...columns],
        empty: NOTHING_SPENT,
        say: () => busiest(unfolded(all, PARTS), 'amount', filter, (value) => show(value, 'microusd'), 'microusd'),
        legend,
        draw: (label, data, width) => stackedOverTime(label, unfolded(data, PARTS), width, { ...kinds, filter }),
      });
    }],
    ['costs-by-loop', 'Spent by loop', async ({ card, rows, filter }) => card({
      unit: 'dollars',
      rows: await rows(queries.costsByLoop(filter)),
      columns: [{ name: 'loop', label: 'Loop' }, { name: 'leads', label: 'Leads a day, summed' }, ...columns, { name: 'total_microusd', label: 'All', unit: 'microusd' }],
      isEmpty: (all) => !all.some((row) => row.total_microusd > 0),
      empty: NOTHING_SPENT,
      say: (all) => `${all[0].loop} cost most: ${show(all[0].total_microusd, 'microusd')}.`,
      legend,
      draw: (label, all, width) => rankedParts(label, unfolded(all, PARTS), width, { ...kinds, name: 'loop' }),
    })],
    ['cost-per-lead', 'A lead’s receipt', async ({ card, rows, filter }) => card({
      unit: 'dollars by lead and day that the loop worked on it',
      rows: (await rows(queries.costsByLoop(filter))).filter((row) => row.per_lead_microusd !== null).sort((one, other) => other.per_lead_microusd - one.per_lead_microusd),
      columns: [{ name: 'loop', label: 'Loop' }, { name: 'per_lead_microusd', label: 'By lead and day', unit: 'microusd' }, { name: 'leads', label: 'Leads a day, summed' }],
      empty: NOTHING_SPENT,
      say: (all) => `${all[0].loop} costs most by lead: ${show(all[0].per_lead_microusd, 'microusd')}.`,
      draw: (label, all, width) => ranked(label, all, width, { name: 'loop', value: 'per_lead_microusd', unit: 'microusd' }),
    })],
  ],
};
