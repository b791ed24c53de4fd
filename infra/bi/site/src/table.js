// Tables: the same numbers as a chart's, or a query's answer.

import { el } from './dom.js';
import { raw, show } from './format.js';

const NUMBERS = new Set(['whole', 'fraction']);

/**
 * `columns` are `{name, label, unit}` of objects, or `{name, kind}` of a query's answer, whose rows are lists in the order of the columns.
 * It scrolls inside itself.
 */
export function table(caption, columns, rows) {
  const cell = (row, column, at) => {
    const value = Array.isArray(row) ? row[at] : row[column.name];
    return el('td', { class: isNumber(column, value) ? 'number' : null }, column.kind ? raw(value, column.kind) : show(value, column.unit));
  };
  const numeric = columns.map((column, at) => rows.some((row) => isNumber(column, Array.isArray(row) ? row[at] : row[column.name])));
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption },
    el('table', {},
      el('caption', { class: 'unseen' }, caption),
      el('thead', {}, el('tr', {}, columns.map((column, at) => el('th', { scope: 'col', class: numeric[at] ? 'number' : null }, column.label ?? column.name)))),
      el('tbody', {}, rows.map((row) => el('tr', {}, columns.map((column, at) => cell(row, column, at)))))));
}

function isNumber({ kind, unit }, value) {
  if (kind) return NUMBERS.has(kind);
  return typeof value === 'number' && unit !== 'date' && unit !== 'timestamp';
}
