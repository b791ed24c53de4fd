// What DuckDB answers (Arrow) as plain values: text, number, boolean, null; days and times as milliseconds since 1970, UTC.

import { DataType } from '../vendor/lib.js';

/** The kind of a column, in the manifest's words. */
function kindOf(type) {
  if (DataType.isBool(type)) return 'flag';
  if (DataType.isInt(type)) return 'whole';
  if (DataType.isDecimal(type)) return type.scale === 0 ? 'whole' : 'fraction';
  if (DataType.isFloat(type)) return 'fraction';
  if (DataType.isDate(type)) return 'date';
  if (DataType.isTimestamp(type)) return 'timestamp';
  return 'text';
}

/** A number where it is exact; else its digits as text, so that nothing is rounded behind anybody's back. */
function exact(integer) {
  return integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(integer) : String(integer);
}

/** Sums of whole numbers come as 128 bits: four words of 32, the lowest first. */
function decimal(words, scale) {
  const unsigned = [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n);
  const integer = BigInt.asIntN(words.length * 32, unsigned);
  if (scale === 0) return exact(integer);
  const digits = String(integer < 0n ? -integer : integer).padStart(scale + 1, '0');
  return Number(`${integer < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
}

/** Types that Arrow gives as bare numbers or bytes. */
function special(value, type) {
  if (DataType.isInterval(type)) return '(an interval: cast it to VARCHAR)';
  if (DataType.isTime(type)) return new Date(Number(value) / { 0: 1e-3, 1: 1, 2: 1e3, 3: 1e6 }[type.unit]).toISOString().slice(11, -1);
  if (value instanceof Uint8Array) return `\\x${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return null;
}

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)));

function plain(value, type) {
  if (value === null || value === undefined) return null;
  if (DataType.isDecimal(type)) return decimal(value, type.scale);
  const text = special(value, type);
  if (text !== null) return text;
  if (typeof value === 'bigint') return exact(value);
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return asText(value);
}

/** The columns of a schema: `[{name, kind}]`. */
export const columnsOf = (schema) => schema.fields.map((field) => ({ name: field.name, kind: kindOf(field.type) }));

/** Rows of one batch, each a list in the order of the columns, since two columns may have one name. */
export function rowsOf(batch) {
  const columns = batch.schema.fields.map((field, at) => [batch.getChildAt(at), field.type]);
  return Array.from({ length: batch.numRows }, (_, row) => columns.map(([column, type]) => plain(column?.get(row), type)));
}

/** Rows of a whole table as objects. */
export function objectsOf(table) {
  const names = table.schema.fields.map((field) => field.name);
  return rowsOf(table).map((row) => Object.fromEntries(row.map((value, at) => [names[at], value])));
}
