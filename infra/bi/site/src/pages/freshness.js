// How old the newest rows are, and how much there is.

import { figures } from '../card.js';
import { ranked } from '../charts.js';
import { ago, count, show, utc } from '../format.js';
import * as queries from '../queries.js';
import { sumOf } from '../sums.js';

export default {
  id: 'freshness',
  title: 'Freshness',
  intro: 'The age of what these pages show, and of what lies behind it in the lake.',
  filters: [],
  parts: [
    ['figures', 'Key figures', async ({ present, manifest }) => {
      const all = await present(queries.freshness);
      const newest = all.reduce((most, row) => (row.newest !== null && row.newest > (most ?? 0) ? row.newest : most), null);
      return figures([
        { id: 'lake_newest', label: 'Newest row', value: newest, unit: 'timestamp', note: newest === null ? null : ago(newest, Date.now()) },
        { id: 'published_at', label: 'Published', value: utc(manifest.generated_at), unit: 'timestamp', note: ago(utc(manifest.generated_at), Date.now()) },
        { id: 'datasets', label: 'Datasets', value: all.length, unit: 'datasets' },
        { id: 'lake_rows', label: 'Rows', value: sumOf(all, 'rows'), unit: 'rows' },
        { id: 'lake_bytes', label: 'Size', value: sumOf(all, 'bytes'), unit: 'bytes', note: 'Parquet' },
      ]);
    }],
    ['datasets', 'Datasets of the lake', async ({ card, rows }) => card({
      unit: 'rows, size, and when the newest row is from',
      rows: (await rows(queries.freshness)).map((row) => ({ ...row, age: row.newest === null ? null : ago(row.newest, Date.now()) })),
      columns: [{ name: 'dataset', label: 'Dataset' }, { name: 'newest', label: 'Newest row', unit: 'timestamp' }, { name: 'age', label: 'Age' }, { name: 'rows', label: 'Rows' }, { name: 'bytes', label: 'Size', unit: 'bytes' }],
      empty: 'The lake has no datasets yet.',
      wide: true,
    })],
    ['dataset-sizes', 'Size of the datasets', async ({ card, rows }) => card({
      unit: 'bytes of Parquet, and rows',
      rows: (await rows(queries.freshness)).filter((row) => row.bytes !== null).sort((one, other) => other.bytes - one.bytes),
      columns: [{ name: 'dataset', label: 'Dataset' }, { name: 'bytes', label: 'Size', unit: 'bytes' }, { name: 'rows', label: 'Rows' }],
      empty: 'The lake has no datasets yet.',
      say: (all) => `${all[0].dataset} is the largest: ${show(all[0].bytes, 'bytes')}.`,
      draw: (label, all, width) => ranked(label, all, width, { name: 'dataset', value: 'bytes', unit: 'bytes', note: (row) => count(row.rows, 'row') }),
    })],
    ['marts', 'Published marts', async ({ card, manifest }) => card({
      unit: 'the tables that these pages and the SQL box read',
      rows: manifest.marts.map((mart) => ({ ...mart, newest: mart.newest ? utc(mart.newest) : null })),
      columns: [{ name: 'name', label: 'Mart' }, { name: 'rows', label: 'Rows' }, { name: 'bytes', label: 'Size', unit: 'bytes' }, { name: 'newest', label: 'Newest', unit: 'timestamp' }],
      empty: 'No mart is published.',
    })],
  ],
};
