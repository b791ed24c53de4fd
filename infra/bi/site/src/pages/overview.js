// From a lead's creation to a won deal, and what the loops did.

import { MOST_SERIES, coloursOf } from '../colours.js';
import { figures } from '../card.js';
import { ranked, rankedParts, stackedOverTime } from '../charts.js';
import { count, show } from '../format.js';
import * as queries from '../queries.js';
import { byGrain, busiest, dayColumn, legendOf, topSeries } from '../words.js';

const NO_LEADS = 'No lead was created in this time.';

export default {
  id: 'overview',
  title: 'Overview',
  intro: 'Leads count on the day they were created, whenever the later steps happened.',
  filters: ['range', 'source', 'band'],
  parts: [
    ['figures', 'Key figures', async ({ first, filter }) => {
      const [funnel, loops] = await Promise.all([first(queries.funnel(filter)), first(queries.runTotals(filter))]);
      const of = (value) => (funnel.created > 0 && (value ?? null) !== null ? `${show(value / funnel.created, 'share')} of created` : null);
      return figures([
        { id: 'created', label: 'Created', value: funnel.created, unit: 'leads', note: 'leads' },
        { id: 'qualified', label: 'Qualified', value: funnel.qualified, unit: 'leads', note: of(funnel.qualified) },
        { id: 'disqualified', label: 'Disqualified', value: funnel.disqualified, unit: 'leads', note: of(funnel.disqualified) },
        { id: 'routed', label: 'Routed', value: funnel.routed, unit: 'leads', note: of(funnel.routed) },
        { id: 'drafted', label: 'Drafted', value: funnel.drafted, unit: 'leads', note: of(funnel.drafted) },
        { id: 'touched', label: 'Touched', value: funnel.touched, unit: 'leads', note: of(funnel.touched) },
        { id: 'converted', label: 'Converted', value: funnel.converted, unit: 'leads', note: of(funnel.converted) },
        { id: 'won', label: 'Won', value: funnel.won, unit: 'deals', note: of(funnel.won) },
        { id: 'won_cents', label: 'Won amount', value: funnel.won_cents, unit: 'cents', note: 'of these deals' },
        { id: 'runs', label: 'Runs of loops', value: loops.runs, unit: 'runs', note: `${count(loops.effects_applied, 'effect')} applied` },
      ]);
    }],
    ['funnel', 'From created to won', async ({ card, rows, filter }) => card({
      unit: 'leads, and their share of those created',
      rows: await rows(queries.funnelSteps(filter)),
      columns: [{ name: 'step', label: 'Step' }, { name: 'leads', label: 'Leads' }, { name: 'of_created', label: 'Of created', unit: 'share' }],
      isEmpty: (all) => !(all[0]?.leads > 0),
      empty: NO_LEADS,
      say: (all) => `Of ${count(all[0].leads, 'lead')}, ${show(all.at(-1).leads)} ended as won deals${all.at(-1).leads > 0 ? ` (${show(all.at(-1).of_created, 'share')})` : ''}.`,
      draw: (label, all, width) => ranked(label, all, width, { name: 'step', value: 'leads', note: (row) => show(row.of_created, 'share') }),
    })],
    ['created-by-band', 'Leads created', async ({ card, rows, filter }) => {
      const all = await rows(queries.createdByBand(filter));
      const domain = [...new Set(all.map((row) => row.band))].sort();
      const colours = coloursOf(domain);
      return card({
        unit: `leads ${byGrain(filter)}, by band`,
        rows: all,
        columns: [dayColumn(filter), { name: 'band', label: 'Band' }, { name: 'created', label: 'Created' }],
        empty: NO_LEADS,
        say: () => busiest(all, 'created', filter, (value) => count(value, 'lead')),
        legend: () => legendOf({ domain: domain.map((name) => (name.length === 1 ? `Band ${name}` : name)), colours }),
        draw: (label, data, width) => stackedOverTime(label, data, width, { value: 'created', series: 'band', domain, colours, unit: 'leads', filter }),
      });
    }],
    ['sources', 'Leads by source', async ({ card, rows, filter }) => card({
      unit: 'leads created, and how many were won',
      rows: await rows(queries.bySource(filter)),
      columns: [
        { name: 'source', label: 'Source' }, { name: 'created', label: 'Created' }, { name: 'qualified', label: 'Qualified' }, { name: 'converted', label: 'Converted' },
        { name: 'won', label: 'Won' }, { name: 'won_share', label: 'Won of created', unit: 'share' }, { name: 'won_cents', label: 'Won amount', unit: 'cents' },
      ],
      empty: NO_LEADS,
      say: (all) => `Most leads came from ${all[0].source}: ${show(all[0].created)}.`,
      draw: (label, all, width) => ranked(label, all, width, { name: 'source', value: 'created', note: (row) => `${show(row.won)} won` }),
    })],
    ['runs', 'Runs by loop', async ({ card, rows, filter }) => {
      const [totals] = await rows(queries.runTotals(filter));
      const all = await rows(queries.runsByLoop(filter));
      const { rows: parts, domain } = topSeries(all, ['loop'], 'outcome', 'runs', MOST_SERIES);
      const colours = coloursOf(domain);
      return card({
        unit: 'runs on these days, by outcome, of all sources and bands',
        rows: all,
        columns: [{ name: 'loop', label: 'Loop' }, { name: 'outcome', label: 'Outcome' }, { name: 'runs', label: 'Runs' }, { name: 'effects_applied', label: 'Effects applied' }],
        empty: 'No loop ran in this time.',
        say: () => `${count(totals.runs, 'run')} applied ${count(totals.effects_applied, 'effect')}.`,
        legend: () => legendOf({ domain, colours }),
        draw: (label, data, width) => rankedParts(label, parts, width, { name: 'loop', series: 'outcome', domain, colours, value: 'runs', unit: 'runs' }),
      });
    }],
  ],
};
