// A key figure, and a card: a chart with its title, unit, what it says in words, its legend, and its numbers as a table.

import { el } from './dom.js';
import { show } from './format.js';
import { table } from './table.js';

const NARROWEST = 240;

/** Key figures: `[{id, label, value, unit, note}]`. The raw value stands beside the one for people, for whoever compares them. */
export function figures(list) {
  // Up to seven stand in one line; more of them in two.
  const columns = list.length <= 7 ? list.length : Math.ceil(list.length / 2);
  return el('dl', { class: `figures of-${columns}` }, list.map(({ id, label, value, unit, note }) => el('div', { class: 'figure' },
    el('dt', {}, label),
    el('dd', { class: 'value', 'data-figure': id, 'data-value': value ?? '', 'data-unit': unit ?? null }, show(value, unit)),
    note ? el('dd', { class: 'note' }, note) : null)));
}

/**
 * A card. `draw(label, rows, width)` gives the SVG and `say(rows)` the chart in words; `columns` are the table's; `empty` is said where there is
 * nothing to draw; `legend(rows)` gives `[{name, colour, mark}]`.
 */
export function card({ id, title, unit, rows, columns, draw, say, empty, legend = () => [], isEmpty = (all) => all.length === 0, wide = false }) {
  const head = [el('h2', { id: `${id}-title` }, title), unit ? el('p', { class: 'soft unit' }, unit) : null];
  const frame = (...content) => el('section', { class: wide ? 'card wide' : 'card', id, 'aria-labelledby': `${id}-title` }, head, content);
  if (isEmpty(rows)) return frame(el('p', { class: 'empty' }, empty));
  const words = say?.(rows);
  const entries = legend(rows);
  return frame(
    words ? el('p', { class: 'words' }, words) : null,
    entries.length > 0 ? el('ul', { class: 'legend' }, entries.map(({ name, colour, mark = 'square' }) => el('li', {}, swatch(colour, mark), name))) : null,
    draw ? drawn((width) => draw([title, unit, words].filter(Boolean).join('. '), rows, width)) : null,
    draw ? el('details', {}, el('summary', {}, 'Table', el('span', { class: 'unseen' }, ` of ${title}`)), table(title, columns, rows)) : table(title, columns, rows),
  );
}

function swatch(colour, mark) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', mark === 'ring' || mark === 'dot' ? 'circle' : 'rect');
  const attributes = {
    square: { width: 12, height: 12, rx: 2, fill: colour },
    faint: { width: 12, height: 12, rx: 2, fill: colour, 'fill-opacity': 0.3 },
    tick: { x: 5, width: 2.5, height: 12, fill: colour },
    dot: { cx: 6, cy: 6, r: 5, fill: colour },
    ring: { cx: 6, cy: 6, r: 4.5, fill: 'none', stroke: colour, 'stroke-width': 2 },
  }[mark];
  for (const [name, value] of Object.entries({ width: 12, height: 12, 'aria-hidden': 'true' })) svg.setAttribute(name, value);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  svg.append(shape);
  return svg;
}

/** A chart that is drawn again whenever its place gets another width. */
function drawn(draw) {
  const place = el('div', { class: 'chart' });
  let before = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.max(NARROWEST, Math.floor(contentRect.width));
    if (width === before || contentRect.width === 0) return;
    before = width;
    place.replaceChildren(draw(width));
  }).observe(place);
  return place;
}

/** A card's place where its numbers cannot be had: it says why. */
export function failed({ id, title, why }) {
  return el('section', { class: 'card', id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title` }, title), el('p', { class: 'empty bad' }, why));
}
