// All that is loaded: the manifest, the marts and the dashboards' engine; read anew when the reader asks for it.

import { engineFiles } from './assets.js';
import { Engine } from './engine.js';
import { isoDay, utc } from './format.js';
import { readManifest, readMarts } from './marts.js';
import * as queries from './queries.js';

const DATED = ['funnel_daily', 'loop_runs_daily', 'speed_daily', 'rule_matches_daily', 'receipts_daily', 'signals_daily', 'sequences_daily', 'milestones_daily'];
let files = null;

/** A query's marts are not there. */
export class Missing extends Error {}

/** Loads everything: `{manifest, problems, tables, files, known, rows(query), present(query), first(query), stop()}`. */
export async function load(onProgress) {
  files ??= engineFiles(onProgress);
  // A failed download is tried again by the next load.
  files.catch(() => { files = null; });
  const [ready, { manifest, tables, problems }] = await Promise.all([files, published()]);
  const engine = await Engine.start(ready, tables);
  const names = new Set(tables.map((table) => table.name));
  // Several cards, and every return to a page, ask the same; the marts stay as they are until they are loaded anew.
  const asked = new Map();
  const rows = async ({ needs, sql }) => {
    const lacking = needs.filter((name) => !names.has(name));
    if (lacking.length > 0) throw new Missing(`This needs ${lacking.join(' and ')}, which could not be loaded.`);
    if (!asked.has(sql)) asked.set(sql, engine.objects(sql));
    return asked.get(sql);
  };
  // Key figures are shown without a value where their mart is missing; why stands in the warning.
  const present = (query) => rows(query).catch((error) => {
    if (error instanceof Missing) return [];
    throw error;
  });
  const first = async (query) => (await present(query))[0] ?? {};
  return { manifest, problems, tables, files: ready, rows, present, first, known: await known(rows, names, manifest), stop: () => engine.stop() };
}

/** The manifest with its marts. Where marts are replaced while they are read, they are read once more with the manifest of then. */
async function published() {
  const first = await attempt();
  return first.tables.length === first.manifest.marts.length ? first : attempt();
}

async function attempt() {
  const manifest = await readManifest();
  return { manifest, ...await readMarts(manifest) };
}

/** What the filters offer: the first and last day, the sources and bands. Data without a day ends today. */
async function known(rows, names, manifest) {
  const dated = DATED.filter((name) => names.has(name));
  const [span] = dated.length > 0 ? await rows(queries.firstAndLast(dated)) : [{ first: null, last: null }];
  const [sources, bands] = names.has('funnel_daily') ? await Promise.all([rows(queries.sources), rows(queries.bands)]) : [[], []];
  const through = isoDay(utc(manifest.lake_through ?? manifest.generated_at));
  const last = span.last === null || isoDay(span.last) < through ? through : isoDay(span.last);
  return { first: span.first === null ? last : isoDay(span.first), last, sources: sources.map((row) => row.value), bands: bands.map((row) => row.value) };
}
