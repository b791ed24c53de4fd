// How fast a lead gets an owner and its first touch, and whether the promised time was kept.

import { BAD, GOOD, MAIN } from '../colours.js';
import { figures } from '../card.js';
import { rankedParts, spreadByBand, stackedOverTime } from '../charts.js';
import { count, show } from '../format.js';
import * as queries from '../queries.js';
import { sumOf } from '../sums.js';
import { byGrain, dayColumn, legendOf, parted, unfolded } from '../words.js';

const PARTS = [['within_sla', 'in time', GOOD], ['missed_sla', 'missed', BAD]];
const sla = { ...parted(PARTS), unit: 'leads' };
const slaLegend = () => legendOf(sla);

/** The median and the 90th percentile of each day. */
const spread = (id, title, unit, query, what) => [id, title, async ({ card, rows, filter }) => card({
  unit: `${what} ${byGrain(filter)} and band${filter.grain === 'day' ? '' : ' (the medians of its days)'}: half of the leads, and nine of ten`,
  rows: await rows(query(filter)),
  columns: [{ name: 'band', label: 'Band' }, dayColumn(filter), { name: 'leads', label: 'Leads' }, { name: 'p50', label: '50 % within', unit }, { name: 'p90', label: '90 % within', unit }],
  empty: `No lead has ${id === 'owner-times' ? 'got an owner' : 'been touched'} in this time.`,
  say: (all) => {
    const slowest = all.reduce((worst, row) => (row.p90 > worst.p90 ? row : worst));
    return `The slowest ${filter.grain}: band ${slowest.band}, ${filter.grain === 'day' ? '' : 'from '}${show(slowest.day, 'date')}, nine of ten within ${show(slowest.p90, unit)}.`;
  },
  legend: () => [{ name: 'half within', colour: MAIN }, { name: 'nine of ten within', colour: MAIN, mark: 'faint' }],
  draw: (label, all, width) => spreadByBand(label, all, width, { unit, filter }),
})];

export default {
  id: 'speed',
  title: 'Speed and SLA',
  intro: 'From saving a lead to its owner, and from there to the first touch, in the owner’s working time.',
  filters: ['range', 'band'],
  parts: [
    ['figures', 'Key figures', async ({ first, filter }) => {
      const totals = await first(queries.speedTotals(filter));
      return figures([
        { id: 'speed_leads', label: 'Leads with an owner', value: totals.leads, unit: 'leads' },
        { id: 'owner_p50_ms', label: 'Save to owner', value: totals.owner_p50_ms, unit: 'ms', note: 'median of the days’ medians' },
        { id: 'speed_touched', label: 'Touched', value: totals.touched, unit: 'leads' },
        { id: 'touch_p50_minutes', label: 'To the first touch', value: totals.touch_p50_minutes, unit: 'minutes', note: 'median of the days’ medians' },
        { id: 'within_sla', label: 'In time', value: totals.within_sla, unit: 'leads' },
        { id: 'missed_sla', label: 'Missed', value: totals.missed_sla, unit: 'leads' },
        { id: 'sla_share', label: 'SLA kept', value: totals.sla_share, unit: 'share', note: 'in time, of all that were due' },
      ]);
    }],
    ['sla', 'SLA of the first touch', async ({ card, rows, filter }) => {
      const all = await rows(queries.slaByTime(filter));
      return card({
        unit: `leads ${byGrain(filter)}, touched in time or not`,
        rows: all,
        columns: [dayColumn(filter), { name: 'within_sla', label: 'In time' }, { name: 'missed_sla', label: 'Missed' }, { name: 'kept', label: 'Kept', unit: 'share' }],
        empty: 'No first touch was due in this time.',
        say: () => `${count(sumOf(all, 'missed_sla'), 'lead')} waited longer than promised.`,
        legend: slaLegend,
        draw: (label, data, width) => stackedOverTime(label, unfolded(data, PARTS), width, { ...sla, filter }),
      });
    }],
    ['sla-bands', 'SLA by band', async ({ card, rows, filter }) => card({
      unit: 'leads, touched in time or not',
      rows: await rows(queries.slaByBand(filter)),
      columns: [{ name: 'band', label: 'Band' }, { name: 'leads', label: 'Leads' }, { name: 'touched', label: 'Touched' }, { name: 'within_sla', label: 'In time' }, { name: 'missed_sla', label: 'Missed' }, { name: 'kept', label: 'Kept', unit: 'share' }],
      isEmpty: (all) => !all.some((row) => row.within_sla || row.missed_sla),
      empty: 'No first touch was due in this time.',
      say: (all) => `Kept: ${all.map((row) => `${row.band} ${show(row.kept, 'share')}`).join(', ')}.`,
      legend: slaLegend,
      draw: (label, all, width) => rankedParts(label, unfolded(all, PARTS), width, { ...sla, name: 'band' }),
    })],
    spread('owner-times', 'From saved to owner', 'ms', queries.ownerTimes, 'time'),
    spread('touch-times', 'From owner to first touch', 'minutes', queries.touchTimes, 'working time'),
  ],
};
