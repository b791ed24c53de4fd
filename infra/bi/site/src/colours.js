// Which colour stands for what. The colours themselves are custom properties of style.css, one set for light and one for dark.

const SERIES = ['var(--s0)', 'var(--s1)', 'var(--s2)', 'var(--s3)', 'var(--s4)', 'var(--s5)', 'var(--s6)', 'var(--s7)'];
const BANDS = { A: 'var(--b0)', B: 'var(--b1)', C: 'var(--b2)', D: 'var(--b3)' };
export const MAIN = 'var(--s0)';
export const GOOD = 'var(--good)';
export const BAD = 'var(--bad)';
export const QUIET = 'var(--s7)';

/** More series than colours: the largest keep theirs, the others become one. */
export const MOST_SERIES = SERIES.length;

/** Colours for names in their order; bands are shades of one colour, since they have an order. */
export function coloursOf(names) {
  if (names.every((name) => Object.hasOwn(BANDS, name) || name === 'no band')) return names.map((name) => BANDS[name] ?? QUIET);
  return names.map((_, at) => SERIES[at % SERIES.length]);
}
