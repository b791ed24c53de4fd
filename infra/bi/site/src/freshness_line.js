// How old the numbers are, in the header of every page, and the warnings below it.

import { el } from './dom.js';
import { ago, moment, utc } from './format.js';

const OLD = 30 * 60 * 1000;

/** Shows the age as of `now`; called again every half minute, since a page stays open for hours. */
export function showFreshness(line, warnings, { manifest, problems }, now) {
  const published = utc(manifest.generated_at);
  const through = manifest.lake_through ? utc(manifest.lake_through) : null;
  const text = [through === null ? 'no data yet' : `data through ${moment(through)}`, `published ${ago(published, now)}`].join(', ');
  // A live region speaks whenever it is written to, so it is written to only where something has changed.
  if (line.textContent !== text) line.textContent = text;
  const said = [];
  if (now - published > OLD) said.push(`These numbers are old: they were published ${ago(published, now)}, and should never be older than 30 minutes.`);
  if (problems.length > 0) said.push(`Not everything is there: ${problems.join('; ')}.`);
  if (warnings.textContent !== said.join('')) warnings.replaceChildren(...said.map((one) => el('p', { class: 'notice bad', role: 'alert' }, one)));
}
