// Capacity and targets of the scenarios against what is booked and open.

import { GOOD, MAIN } from '../colours.js';
import { figures } from '../card.js';
import { againstMark } from '../charts.js';
import { el, select } from '../dom.js';
import { show } from '../format.js';
import * as queries from '../queries.js';
import { change } from '../route.js';
import { legendOf, parted, unfolded } from '../words.js';

const OPEN = 'var(--s6)';
const PARTS = [['capacity_cents', 'capacity', MAIN], ['booked_cents', 'booked', GOOD], ['open_cents', 'open', OPEN]];
const EMPTY = 'No scenario has been planned yet.';

/** The scenario and year of the address, or the first there is. */
async function choices({ present, params }) {
  const all = await present(queries.planChoices);
  const scenarios = [...new Set(all.map((row) => row.scenario))];
  const scenario = scenarios.find((one) => one === params.get('scenario')) ?? scenarios[0];
  const years = all.filter((row) => row.scenario === scenario).map((row) => row.year).filter((year) => year !== null);
  return { scenarios, scenario, years, year: years.find((one) => one === params.get('year')) ?? years[0] };
}

export default {
  id: 'plan',
  title: 'Plan',
  intro: 'What the planned people can sell, what was promised, what is booked and what is open. Not narrowed by days.',
  filters: [],
  parts: [
    ['choices', 'Scenario', async (context) => {
      const { scenarios, scenario, years, year } = await choices(context);
      if (scenarios.length === 0) return null;
      return el('div', { class: 'filters inline' },
        select('Scenario', 'scenario', scenarios.map((one) => [one, one]), scenario, (picked) => change({ scenario: picked, year: '' })),
        select('Year of the figures', 'year', years.map((one) => [one, one]), year, (picked) => change({ year: picked })));
    }],
    ['figures', 'Key figures', async (context) => {
      const { scenario, year } = await choices(context);
      if (scenario === undefined || year === undefined) return null;
      const plan = await context.first(queries.planTotal(scenario, year));
      const note = `whole plan, year from ${year}`;
      return figures([
        { id: 'capacity_cents', label: 'Capacity', value: plan.capacity_cents, unit: 'cents', note },
        { id: 'target_cents', label: 'Target', value: plan.target_cents, unit: 'cents' },
        { id: 'gap_cents', label: 'Gap', value: plan.gap_cents, unit: 'cents' },
        { id: 'coverage_basis_points', label: 'Coverage', value: plan.coverage_basis_points, unit: 'basis_points', note: 'capacity of target' },
        { id: 'booked_cents', label: 'Booked', value: plan.booked_cents, unit: 'cents', note: 'won deals' },
        { id: 'open_cents', label: 'Open pipeline', value: plan.open_cents, unit: 'cents' },
      ]);
    }],
    ['plan-years', 'Against target', async (context) => {
      const { scenario } = await choices(context);
      const all = await context.rows(queries.planRows(scenario ?? ''));
      const parts = unfolded(all, PARTS);
      return context.card({
        unit: 'by segment and year; the mark is the target',
        wide: true,
        rows: all,
        columns: [
          { name: 'segment', label: 'Segment' }, { name: 'year', label: 'Year from' }, { name: 'capacity_cents', label: 'Capacity', unit: 'cents' }, { name: 'target_cents', label: 'Target', unit: 'cents' },
          { name: 'gap_cents', label: 'Gap', unit: 'cents' }, { name: 'coverage_basis_points', label: 'Coverage', unit: 'basis_points' }, { name: 'booked_cents', label: 'Booked', unit: 'cents' }, { name: 'open_cents', label: 'Open', unit: 'cents' },
        ],
        empty: EMPTY,
        say: (rows) => `Coverage of the whole plan: ${rows.filter((row) => row.segment === 'Whole plan').map((row) => `${row.year} ${show(row.coverage_basis_points, 'basis_points')}`).join(', ')}.`,
        legend: () => [...legendOf(parted(PARTS)), { name: 'target', colour: 'var(--text)', mark: 'tick' }],
        draw: (label, rows, width) => againstMark(label, parts.map((row) => ({ ...row, panel: `${row.segment}, year from ${row.year}` })), width, {
          group: 'panel', name: 'part', value: 'amount', mark: 'target_cents', unit: 'cents', say: (row) => show(row.amount, 'cents'), colourOf: (row) => PARTS.find(([, name]) => name === row.part)[2],
        }),
      });
    }],
  ],
};
