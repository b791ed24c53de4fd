// The time range, source and band that all pages share, read from the address and shown as a form.

import { el, select } from './dom.js';
import { DAY, isoDay } from './format.js';
import { change } from './route.js';

const RANGES = [['7', 'Last 7 days'], ['28', 'Last 28 days'], ['90', 'Last 90 days'], ['365', 'Last 365 days'], ['all', 'All days'], ['own', 'From – to']];
const DEFAULT_RANGE = '90';

/** Stands for rows without a value in the address; everything else there is the value itself. */
export const NONE = '~none';

const day = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text)) ? text : null);

/** What is chosen, given what there is: `{range, from, to, grain, source, band}`. Days run up to the newest day of the data. */
export function chosen(params, { first, last }) {
  const filter = { source: params.get('source') ?? '', band: params.get('band') ?? '' };
  const [from, to] = [day(params.get('from')), day(params.get('to'))];
  const asked = params.get('range') ?? DEFAULT_RANGE;
  if (from || to) Object.assign(filter, { range: 'own', from: from ?? first, to: to ?? last });
  else if (asked === 'all') Object.assign(filter, { range: 'all', from: first, to: last });
  else {
    const days = RANGES.some(([value]) => value === asked) && Number(asked) ? asked : DEFAULT_RANGE;
    Object.assign(filter, { range: days, from: isoDay(Date.parse(last) - (Number(days) - 1) * DAY), to: last });
  }
  const days = (Date.parse(filter.to) - Date.parse(filter.from)) / DAY + 1;
  return { ...filter, days, grain: days <= 92 ? 'day' : days <= 550 ? 'week' : 'month' };
}

/** Fills the form with the controls that this page has: `kinds` of `range`, `source`, `band`. */
export function showFilters(form, kinds, filter, known) {
  const focused = document.activeElement?.name;
  form.hidden = kinds.length === 0;
  const controls = [];
  if (kinds.includes('range')) {
    controls.push(select('Days (UTC)', 'range', RANGES, filter.range, (range) => change(
      range === 'own' ? { range: '', from: filter.from, to: filter.to } : { range, from: '', to: '' },
    )));
    const bounded = { min: known.first, max: known.last };
    const input = (label, name) => el('label', {}, el('span', {}, label), el('input', {
      type: 'date', name, value: filter[name], ...bounded, onchange: (event) => change({ range: '', from: filter.from, to: filter.to, [name]: event.target.value }),
    }));
    controls.push(input('From', 'from'), input('To', 'to'));
  }
  if (kinds.includes('source')) controls.push(choice('Source', 'source', 'All sources', known.sources, filter.source));
  if (kinds.includes('band')) controls.push(choice('Band', 'band', 'All bands', known.bands, filter.band));
  form.replaceChildren(...controls);
  if (focused) form.elements.namedItem(focused)?.focus();
}

function choice(label, name, all, values, value) {
  const options = [['', all], ...values.map((known) => (known === null ? [NONE, `No ${name}`] : [known, known]))];
  return select(label, name, options, value, (picked) => change({ [name]: picked }));
}
