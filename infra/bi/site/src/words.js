// Sentences and shapes that several pages share.

import { date, show } from './format.js';
import { sumOf, sumsBy } from './sums.js';

/** `a day`, `a week`: what one bar stands for. */
export const byGrain = ({ grain }) => `a ${grain}`;

/** The table's column for what one bar stands for. */
export const dayColumn = ({ grain }) => ({ name: 'day', label: { day: 'Day', week: 'Week from', month: 'Month from' }[grain], unit: 'date' });

/** The total and the largest bar of a chart over time, in words. */
export function busiest(rows, field, { grain }, say, unit = null) {
  const [day, most] = [...sumsBy(rows, 'day', field)].reduce((best, one) => (one[1] > best[1] ? one : best));
  const when = grain === 'day' ? `on ${date(day)}` : `in the ${grain} from ${date(day)}`;
  return `${say(sumOf(rows, field))} in all; the most, ${show(most, unit)}, ${when}.`;
}

/** At most `most` series: the largest keep their names, the rest becomes “other”. Rows are counted together by `keys` and series. */
export function topSeries(rows, keys, series, value, most) {
  const ranked = [...sumsBy(rows, series, value)].sort((one, other) => other[1] - one[1]).map(([name]) => name);
  if (ranked.length <= most) return { rows, domain: ranked };
  const kept = ranked.slice(0, most - 1);
  const together = new Map();
  for (const row of rows) {
    const name = kept.includes(row[series]) ? row[series] : 'other';
    const key = JSON.stringify([...keys.map((field) => row[field]), name]);
    const sum = together.get(key) ?? { ...row, [series]: name, [value]: 0 };
    together.set(key, { ...sum, [value]: sum[value] + (row[value] ?? 0) });
  }
  return { rows: [...together.values()], domain: [...kept, 'other'] };
}

/** One row a part: `{…row, part, amount}` for each of `parts`, `[field, name]`; a part without a value stays without. */
export const unfolded = (rows, parts) => rows.flatMap((row) => parts.map(([field, part]) => ({ ...row, part, amount: row[field] })));

/** What charts need to know of `unfolded` rows, `parts` being `[field, name, colour]`. */
export const parted = (parts) => ({ series: 'part', value: 'amount', domain: parts.map(([, name]) => name), colours: parts.map(([, , colour]) => colour) });

/** A legend's entries: a name and its colour. */
export const legendOf = ({ domain, colours }) => domain.map((name, at) => ({ name, colour: colours[at] }));
