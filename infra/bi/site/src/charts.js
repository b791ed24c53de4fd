// The kinds of charts, on Observable Plot. Each takes rows and a width and gives an SVG; titles, legends and tables are card.js's.

import {
  areaY, axisX, axisY, barX, dot, gridX, gridY, lineY, link, plot, pointerX, rectY, ruleX, ruleY, stackX, text, tickX, tip,
} from '../vendor/lib.js';
import { MAIN } from './colours.js';
import { date, show, tick } from './format.js';

const TEXT = 'var(--text)';
const LINE = 'var(--grid)';
const ROW = 26;
const LETTER = 6.7;

/** The picture; its one style element has a class of fixed name, since the page's policy knows it by its hash. */
function picture(label, options) {
  const svg = plot({ className: 'plot', ariaLabel: label, marginTop: 10, marginRight: 8, marginBottom: 26, ...options });
  svg.setAttribute('role', 'img');
  return svg;
}

const tips = { fill: 'var(--card)', stroke: 'var(--line)', textPadding: 8, lineHeight: 1.4, fontSize: 12, pointerSize: 8 };
const shortened = (name, most) => (name.length > most ? `${name.slice(0, Math.max(1, most - 1))}…` : name);

/** Room for names on the left: as much as they need, at most 40 % of the width. */
function names(rows, field, width) {
  const longest = Math.max(...rows.map((row) => String(row[field]).length), 3);
  const room = Math.min(Math.ceil(longest * LETTER) + 14, Math.floor(width * 0.4));
  return { room, short: (name) => shortened(String(name), Math.floor((room - 12) / LETTER)) };
}

const timeTicks = (width) => Math.max(2, Math.floor(width / 110));
const timeAxis = (width) => axisX({ ticks: timeTicks(width), tickSize: 3, color: 'var(--soft)', label: null });
const amountAxis = (unit, more = {}) => axisY({ ticks: 4, tickSize: 0, tickFormat: (value) => tick(value, unit), color: 'var(--soft)', label: null, ...more });

/** Whole things have no half ticks. */
const top = (largest, unit) => (['cents', 'microusd', 'share', 'ms', 'minutes'].includes(unit) ? largest : Math.max(largest, 4));

/** Amounts by day, week or month, stacked by series: `{x, y, series, domain, colours, unit, grain}`. */
export function stackedOverTime(label, rows, width, { y, series, domain, colours, unit, grain }) {
  const sums = new Map();
  for (const row of rows) sums.set(row.day, (sums.get(row.day) ?? 0) + (row[y] ?? 0));
  const days = [...sums].map(([day, sum]) => ({ day: new Date(day), sum, rows: rows.filter((row) => row.day === day) }));
  const title = ({ day, sum, rows: parts }) => [
    grain === 'day' ? date(day) : `${grain === 'week' ? 'Week from' : 'Month from'} ${date(day)}`,
    ...(domain.length > 1 ? domain.map((name) => parts.find((part) => part[series] === name)).filter((part) => part?.[y]).map((part) => `${part[series]}: ${show(part[y], unit)}`) : []),
    `${domain.length > 1 ? 'all: ' : ''}${show(sum, unit)}`,
  ].join('\n');
  return picture(label, {
    width,
    height: 220,
    marginLeft: 52,
    x: { type: 'utc' },
    y: { domain: [0, top(Math.max(...sums.values()), unit)], nice: 4 },
    color: { domain, range: colours },
    marks: [
      gridY({ ticks: 4, stroke: LINE, strokeOpacity: 1 }),
      timeAxis(width),
      amountAxis(unit),
      rectY(rows.map((row) => ({ ...row, day: new Date(row.day) })), { x: 'day', y, fill: series, order: domain, interval: grain, insetLeft: 0.5, insetRight: 0.5 }),
      ruleY([0], { stroke: 'var(--soft)' }),
      tip(days, pointerX({ x: (row) => middle(row.day, grain), y: 'sum', title, ...tips })),
    ],
  });
}

/** Where a bar's middle is, so that the pointer finds it. */
function middle(day, grain) {
  const half = { day: 12, week: 84, month: 360 }[grain];
  return new Date(day.getTime() + half * 60 * 60 * 1000);
}

/** Bars from the left, one a name: `{name, value, unit, note(row)}`; the value stands at the bar's end. */
export function ranked(label, rows, width, { name, value, unit, note = () => '', colour = MAIN }) {
  const { room, short } = names(rows, name, width);
  const said = (row) => [show(row[value], unit), note(row)].filter(Boolean).join(' · ');
  const right = Math.ceil(Math.max(...rows.map((row) => said(row).length)) * LETTER) + 12;
  return picture(label, {
    width,
    height: rows.length * ROW + 12,
    marginTop: 6,
    marginBottom: 6,
    marginLeft: room,
    marginRight: right,
    x: { domain: [0, Math.max(...rows.map((row) => row[value] ?? 0), 1e-9)] },
    y: { domain: rows.map((row) => row[name]), padding: 0.28 },
    marks: [
      axisY({ tickSize: 0, tickFormat: short, color: TEXT, label: null }),
      barX(rows, { y: name, x: value, fill: colour, title: (row) => `${row[name]}: ${said(row)}` }),
      text(rows, { y: name, x: (row) => row[value] ?? 0, text: said, dx: 6, textAnchor: 'start', fill: TEXT }),
      ruleX([0], { stroke: 'var(--soft)' }),
    ],
  });
}

/** Bars of parts, one a name: `{name, series, domain, colours, value, unit}`. */
export function rankedParts(label, rows, width, { name, series, domain, colours, value, unit }) {
  const order = [...new Set(rows.map((row) => row[name]))];
  const sums = order.map((one) => ({ one, sum: rows.reduce((sum, row) => sum + (row[name] === one ? row[value] ?? 0 : 0), 0) }));
  const { room, short } = names(rows, name, width);
  const right = Math.ceil(Math.max(...sums.map(({ sum }) => show(sum, unit).length)) * LETTER) + 12;
  return picture(label, {
    width,
    height: order.length * ROW + 12,
    marginTop: 6,
    marginBottom: 6,
    marginLeft: room,
    marginRight: right,
    x: { domain: [0, Math.max(...sums.map(({ sum }) => sum), 1e-9)] },
    y: { domain: order, padding: 0.28 },
    color: { domain, range: colours },
    marks: [
      axisY({ tickSize: 0, tickFormat: short, color: TEXT, label: null }),
      barX(rows, stackX({ y: name, x: value, fill: series, order: domain, title: (row) => `${row[name]}, ${row[series]}: ${show(row[value], unit)}` })),
      text(sums, { y: 'one', x: 'sum', text: ({ sum }) => show(sum, unit), dx: 6, textAnchor: 'start', fill: TEXT }),
      ruleX([0], { stroke: 'var(--soft)' }),
    ],
  });
}

/** Half of the cases are faster than the line, nine of ten faster than the area's upper edge; one panel a band. */
export function spreadByBand(label, rows, width, { unit }) {
  const data = rows.map((row) => ({ ...row, day: new Date(row.day) }));
  const bands = [...new Set(rows.map((row) => row.band))];
  const title = (row) => `${date(row.day)}, band ${row.band}\n50 % within ${show(row.p50, unit)}\n90 % within ${show(row.p90, unit)}\n${show(row.leads)} leads`;
  return picture(label, {
    width,
    height: Math.max(bands.length * 84, 130) + 36,
    marginLeft: 52,
    marginRight: 64,
    x: { type: 'utc' },
    y: { zero: true, nice: 3 },
    fy: { domain: bands, padding: 0.18, axis: null },
    marks: [
      gridY({ ticks: 3, stroke: LINE, strokeOpacity: 1 }),
      timeAxis(width),
      amountAxis(unit, { ticks: 3 }),
      areaY(data, { x: 'day', y1: 'p50', y2: 'p90', fy: 'band', fill: MAIN, fillOpacity: 0.22 }),
      lineY(data, { x: 'day', y: 'p90', fy: 'band', stroke: MAIN, strokeWidth: 1, strokeOpacity: 0.6 }),
      lineY(data, { x: 'day', y: 'p50', fy: 'band', stroke: MAIN, strokeWidth: 2 }),
      dot(data, { x: 'day', y: 'p50', fy: 'band', fill: MAIN, r: data.length > 150 ? 1 : 2 }),
      ruleY([0], { stroke: 'var(--soft)' }),
      text(bands, { fy: (band) => band, text: (band) => (band.length === 1 ? `Band ${band}` : band), frameAnchor: 'top-right', dx: 58, fill: TEXT, fontWeight: 600 }),
      tip(data, pointerX({ x: 'day', y: 'p50', fy: 'band', title, ...tips })),
    ],
  });
}

/** From then to now, one row a name: `{name, before, now}`, both shares. */
export function change(label, rows, width, { name, before, now, say }) {
  const { room, short } = names(rows, name, width);
  const largest = Math.max(...rows.flatMap((row) => [row[before] ?? 0, row[now] ?? 0]), 0.01);
  return picture(label, {
    width,
    height: rows.length * ROW + 36,
    marginLeft: room,
    marginRight: 92,
    marginTop: 6,
    x: { domain: [0, largest] },
    y: { domain: rows.map((row) => row[name]) },
    marks: [
      gridX({ ticks: 4, stroke: LINE, strokeOpacity: 1 }),
      axisX({ ticks: 4, tickSize: 0, tickFormat: (value) => tick(value, 'share'), color: 'var(--soft)', label: null }),
      axisY({ tickSize: 0, tickFormat: short, color: TEXT, label: null }),
      link(rows.filter((row) => row[before] !== null && row[now] !== null), { y: name, x1: before, x2: now, stroke: 'var(--soft)', strokeWidth: 2 }),
      dot(rows.filter((row) => row[before] !== null), { y: name, x: before, r: 4.5, fill: 'var(--card)', stroke: 'var(--soft)', strokeWidth: 2, title: (row) => `${row[name]}, before: ${show(row[before], 'share')}` }),
      dot(rows.filter((row) => row[now] !== null), { y: name, x: now, r: 5, fill: MAIN, title: (row) => `${row[name]}, now: ${show(row[now], 'share')}` }),
      text(rows, { y: name, text: say, frameAnchor: 'right', dx: 88, textAnchor: 'end', fill: TEXT }),
    ],
  });
}

/** Bars with a mark of what they should be: `{group, name, value, mark, unit, colourOf}`; one panel a group. */
export function againstMark(label, rows, width, { group, name, value, mark, unit, say, colourOf = () => MAIN }) {
  const { room, short } = names(rows, name, width);
  const groups = [...new Set(rows.map((row) => row[group]))];
  const right = Math.ceil(Math.max(...rows.map((row) => say(row).length)) * LETTER) + 12;
  const charts = groups.map((one) => rows.filter((row) => row[group] === one));
  const largest = Math.max(...rows.flatMap((row) => [row[value] ?? 0, row[mark] ?? 0]), 1e-9);
  // Groups have rows of their own, so each is a block of the one ordinal axis, below a line with its name.
  const order = charts.flatMap((members, at) => [`title ${at}`, ...members.map((row) => `${at} ${row[name]}`)]);
  const placed = charts.flatMap((members, at) => members.map((row) => ({ ...row, place: `${at} ${row[name]}` })));
  const titles = groups.map((one, at) => ({ place: `title ${at}`, one }));
  return picture(label, {
    width,
    height: order.length * ROW + 12,
    marginTop: 6,
    marginBottom: 6,
    marginLeft: room,
    marginRight: right,
    x: { domain: [0, largest] },
    y: { domain: order, padding: 0.28 },
    marks: [
      axisY({ tickSize: 0, tickFormat: (place) => (place.startsWith('title ') ? '' : short(place.slice(place.indexOf(' ') + 1))), color: TEXT, label: null }),
      text(titles, { y: 'place', text: ({ one }) => shortened(one, Math.floor(width / (LETTER + 0.6))), frameAnchor: 'left', dx: 10 - room, textAnchor: 'start', fill: TEXT, fontWeight: 600 }),
      barX(placed, { y: 'place', x: value, fill: colourOf, title: (row) => `${row[group]}, ${row[name]}: ${say(row)}` }),
      tickX(placed.filter((row) => row[mark] !== null), { y: 'place', x: mark, stroke: TEXT, strokeWidth: 2.5, insetTop: -3, insetBottom: -3, title: (row) => `${row[group]}: ${show(row[mark], unit)}` }),
      text(placed, { y: 'place', x: (row) => Math.max(row[value] ?? 0, row[mark] ?? 0), text: say, dx: 7, textAnchor: 'start', fill: TEXT }),
    ],
  });
}
