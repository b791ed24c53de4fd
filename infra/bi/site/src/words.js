// Sentences and shapes that several pages share.

import { date, show } from './format.js';

/** `a day`, `a week`: what one bar stands for. */
export const byGrain = ({ grain }) => `a ${grain}`;

/** The table's column for what one bar stands for. */
export const dayColumn = ({ grain }) => ({ name: 'day', label: { day: 'Day', week: 'Week from', month: 'Month from' }[grain], unit: 'date' });

/** The total and the largest bar of a chart over time, in words. */
export function busiest(rows, field, { grain }, say, unit = null) {
  const sums = new Map();
  for (const row of rows) sums.set(row.day, (sums.get(row.day) ?? 0) + (row[field] ?? 0));
  const all = [...sums.values()].reduce((sum, value) => sum + value, 0);
  const [day, most] = [...sums].reduce((best, one) => (one[1] > best[1] ? one : best));
  const when = grain === 'day' ? `on ${date(day)}` : `in the ${grain} from ${date(day)}`;
  return `${say(all)} in all; the most, ${show(most, unit)}, ${when}.`;
}

/** At most `most` series: the largest keep their names, the rest becomes “other”. Rows are counted together by `keys` and series. */
export function topSeries(rows, keys, series, value, most) {
  const sums = new Map();
  for (const row of rows) sums.set(row[series], (sums.get(row[series]) ?? 0) + (row[value] ?? 0));
  const ranked = [...sums].sort((one, other) => other[1] - one[1]).map(([name]) => name);
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
