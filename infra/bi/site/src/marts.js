// What is published: the manifest, and its marts as Arrow tables for DuckDB.
//
// DuckDB-WASM reads Parquet only with an extension that it fetches from another host. So Parquet is read by hyparquet and handed over as
// Arrow. The manifest says what each column is; a file that says otherwise is an error, not a guess.

import { Bool, DateDay, Float64, Int64, Table, TimestampMillisecond, Utf8, compressors, makeBuilder, parquetMetadataAsync, parquetReadObjects, tableToIPC } from '../vendor/lib.js';

/** Every mart that the dashboards know. One that is not published is told on the page. */
export const KNOWN = [
  'funnel_daily', 'loop_runs_daily', 'speed_daily', 'rule_matches_daily', 'pool_balance', 'receipts_daily',
  'capacity_years', 'signals_daily', 'lineage_summary', 'sequences_daily', 'milestones_daily', 'freshness',
];

const MANIFEST = new URL('../marts/manifest.json', import.meta.url);

/** The Arrow type of each kind, and how a value of the Parquet file becomes one of it. */
const KINDS = {
  text: [new Utf8(), (value) => (typeof value === 'string' ? value : undefined)],
  whole: [new Int64(), (value) => (typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value) : undefined)],
  fraction: [new Float64(), (value) => (['number', 'bigint'].includes(typeof value) ? Number(value) : undefined)],
  flag: [new Bool(), (value) => (typeof value === 'boolean' ? value : undefined)],
  date: [new DateDay(), (value) => (value instanceof Date ? value : undefined)],
  timestamp: [new TimestampMillisecond(), (value) => (value instanceof Date ? value.getTime() : undefined)],
};

/** The manifest, never an old copy of it. */
export async function readManifest() {
  const answer = await fetch(MANIFEST, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`no numbers have been published yet: ${MANIFEST.pathname} answers HTTP ${answer.status}`);
  return answer.json();
}

/** Every mart of the manifest, read: `[{name, arrow}]`; and what could not be read, as sentences. */
export async function readMarts(manifest) {
  const read = await Promise.allSettled(manifest.marts.map(readMart));
  const tables = read.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const problems = read.filter((one) => one.status === 'rejected').map((one) => one.reason.message);
  const published = new Set(manifest.marts.map((mart) => mart.name));
  for (const name of KNOWN) if (!published.has(name)) problems.push(`${name} is not published`);
  return { tables, problems };
}

async function readMart({ name, file, columns, rows: expected }) {
  // A mart may be replaced while it keeps its name: the browser asks whether its copy is still the newest.
  const answer = await fetch(new URL(file, MANIFEST), { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${name} could not be loaded: ${file} answers HTTP ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  try {
    const metadata = await parquetMetadataAsync(bytes);
    const there = new Set(metadata.schema.slice(1).map((field) => field.name));
    const missing = columns.filter((column) => !there.has(column.name));
    if (missing.length > 0) throw new Error(`has no column ${missing.map((column) => column.name).join(', ')}`);
    const rows = await parquetReadObjects({ file: bytes, metadata, compressors, columns: columns.map((column) => column.name) });
    if (rows.length !== expected) throw new Error(`has ${rows.length} rows where the manifest says ${expected}: reload the data`);
    const vectors = columns.map((column) => [column.name, vector(rows, column)]);
    return { name, arrow: tableToIPC(new Table(Object.fromEntries(vectors)), 'stream') };
  } catch (error) {
    throw new Error(`${name} could not be read: ${file} ${error.message}`, { cause: error });
  }
}

function vector(rows, { name, kind }) {
  const [type, convert] = KINDS[kind] ?? [];
  if (!type) throw new Error(`gives column ${name} the unknown kind ${kind}`);
  // Without `nullValues` the builder would compile a function from text, which the page's policy forbids; nulls are told one by one.
  const builder = makeBuilder({ type, nullValues: [] });
  rows.forEach((row, at) => {
    const value = row[name];
    if (value === null || value === undefined) return void builder.setValid(at, false);
    const fit = convert(value);
    if (fit === undefined) throw new Error(`has ${JSON.stringify(String(value))} in column ${name}, which is no ${kind}`);
    return void builder.set(at, fit);
  });
  return builder.finish().toVector();
}
