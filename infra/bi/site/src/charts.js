// The kinds of charts, on Observable Plot. Each takes rows and a width and gives an SVG; titles, legends and tables are card.js's.

import {
  areaY, axisX, axisY, barX, dot, gridX, gridY, lineY, link, plot, pointerX, rectY, ruleX, ruleY, stackX, text, tickX, tip,
} from '../vendor/lib.js';
import { MAIN } from './colours.js';
import { DAY, count, date, show, tick } from './format.js';
import { sumsBy } from './sums.js';

const TEXT = 'var(--text)';
const LINE = 'var(--grid)';
const ROW = 26;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** The picture; its one style element has a class of fixed name, since the page's policy knows it by its hash. */
function picture(label, options) {
  const svg = plot({ className: 'plot', ariaLabel: label, marginTop: 10, marginRight: 8, ...options });
  svg.setAttribute('role', 'img');
  return svg;
}

const tips = { fill: 'var(--card)', stroke: 'var(--line)', textPadding: 8, lineHeight: 1.4, fontSize: 12, pointerSize: 8 };

const pen = document.createElement('canvas').getContext('2d');
/** How wide a text is, in the font of the charts (style.css), in pixels. */
function widthOf(said) {
  pen.font = FONT;
  return pen.measureText(said).width;
}

/** A name that fits into `room`: where it is too long, its middle goes, since names often differ at their ends. */
function shortened(name, room) {
  if (widthOf(name) <= room) return name;
  const letters = [...name];
  const cut = (kept) => `${letters.slice(0, Math.ceil(kept / 2)).join('')}…${letters.slice(letters.length - Math.floor(kept / 2)).join('')}`;
  let kept = letters.length - 1;
  while (kept > 2 && widthOf(cut(kept)) > room) kept -= 1;
  return cut(kept);
}

/** Room for names on the left: as much as they need, at most 40 % of the width. */
function names(all, width) {
  const room = Math.ceil(Math.min(Math.max(...all.map((name) => widthOf(String(name))), 24) + 10, width * 0.4));
  return { room, short: (name) => shortened(String(name), room - 8) };
}

/** Room for what stands at the right of bars. */
const besides = (texts) => Math.ceil(Math.max(...texts.map(widthOf))) + 12;

const BAR = { day: DAY, week: 7 * DAY, month: 30.5 * DAY };

/** From when to when an axis goes: over all days there are, and two weeks (or 14 bars) where that many were asked for; one day alone would fill it. */
function reach(found, { range, from, grain }) {
  const days = [...found];
  const last = Math.max(...days);
  const asked = range === 'all' ? -Infinity : Date.parse(from);
  // A millisecond less than the bar's end: that is the next day, and gets no tick.
  return [new Date(Math.min(...days, Math.max(asked, last - 13 * BAR[grain]))), new Date(last + BAR[grain] - 1)];
}

/** What a bar or point stands for. */
const named = (day, grain) => `${{ day: '', week: 'Week from ', month: 'Month from ' }[grain]}${date(day)}`;

const few = (room) => (room < 170 ? 2 : 4);
const timeTicks = (width) => Math.max(2, Math.floor(width / 110));
/** `dx` brings the tick of a day or month to the middle of its bar; weeks have ticks of months. */
const timeAxis = (width, dx = 0) => axisX({ ticks: timeTicks(width), tickSize: 3, color: 'var(--soft)', label: null, dx });
const amountAxis = (unit, more = {}) => axisY({ ticks: 4, tickSize: 0, tickFormat: (value) => tick(value, unit), color: 'var(--soft)', label: null, ...more });

/** Whole things have no half ticks. */
const top = (largest, unit) => (['cents', 'microusd', 'share'].includes(unit) ? largest : Math.max(largest, 4));

/** Of rows of bars: how high they are, with room at both sides; what a bar is worth stands beside it, so there is no scale. */
const bars = (rows, room, right, largest) => ({ height: rows * ROW + 12, marginTop: 6, marginBottom: 6, marginLeft: room, marginRight: right, x: { domain: [0, largest], axis: null } });
/** Of rows of dots on a scale of shares: the same. */
const scaled = (rows, room, right, largest) => ({ height: rows * ROW + 36, marginTop: 6, marginBottom: 26, marginLeft: room, marginRight: right + 6, x: { domain: [0, largest] } });
/** The names of the rows. */
const nameAxis = (tickFormat) => axisY({ tickSize: 0, tickFormat, color: TEXT, label: null });
const shareAxis = (room) => [
  gridX({ ticks: 4, stroke: LINE, strokeOpacity: 1 }),
  axisX({ ticks: few(room), tickSize: 0, tickFormat: (share) => tick(share, 'share'), color: 'var(--soft)', label: null }),
];

/** Amounts by day, week or month, stacked by series: `{value, series, domain, colours, unit, filter}`. */
export function stackedOverTime(label, rows, width, { value, series, domain, colours, unit, filter }) {
  const sums = sumsBy(rows, 'day', value);
  const days = [...sums].map(([day, sum]) => ({ day: new Date(day), sum, rows: rows.filter((row) => row.day === day) }));
  const { grain } = filter;
  const span = reach(sums.keys(), filter);
  const bar = (width - 60) * BAR[grain] / (span[1] - span[0]);
  const inset = bar < 5 ? 0.1 : bar < 12 ? 0.5 : 1.5;
  const title = ({ day, sum, rows: parts }) => [
    named(day, grain),
    ...(domain.length > 1 ? domain.map((name) => parts.find((part) => part[series] === name)).filter((part) => part?.[value]).map((part) => `${part[series]}: ${show(part[value], unit)}`) : []),
    `${domain.length > 1 ? 'all: ' : ''}${show(sum, unit)}`,
  ].join('\n');
  return picture(label, {
    width,
    height: 224,
    marginLeft: 52,
    marginBottom: 36,
    x: { type: 'utc', domain: span },
    y: { domain: [0, top(Math.max(...sums.values()), unit)], nice: 4 },
    color: { domain, range: colours },
    marks: [
      gridY({ ticks: 4, stroke: LINE, strokeOpacity: 1 }),
      timeAxis(width, grain === 'week' ? 0 : bar / 2),
      amountAxis(unit),
      rectY(rows.map((row) => ({ ...row, day: new Date(row.day) })), { x: 'day', y: value, fill: series, order: domain, interval: grain, insetLeft: inset, insetRight: inset }),
      ruleY([0], { stroke: 'var(--soft)' }),
      tip(days, pointerX({ x: (row) => new Date(row.day.getTime() + BAR[grain] / 2), y: 'sum', title, ...tips })),
    ],
  });
}

/** Bars from the left, one a name: `{name, value, unit, note(row)}`; the value stands at the bar's end. */
export function ranked(label, rows, width, { name, value, unit, note = () => '', colour = MAIN }) {
  const { room, short } = names(rows.map((row) => row[name]), width);
  const said = (row) => [show(row[value], unit), note(row)].filter(Boolean).join(' · ');
  const right = besides(rows.map(said));
  return picture(label, {
    width,
    ...bars(rows.length, room, right, Math.max(...rows.map((row) => row[value] ?? 0), 1e-9)),
    y: { domain: rows.map((row) => row[name]), padding: 0.28 },
    marks: [
      nameAxis(short),
      barX(rows, { y: name, x: value, fill: colour, title: (row) => `${row[name]}: ${said(row)}` }),
      text(rows, { y: name, x: (row) => row[value] ?? 0, text: said, dx: 6, textAnchor: 'start', fill: TEXT }),
      ruleX([0], { stroke: 'var(--soft)' }),
    ],
  });
}

/** Bars of parts, one a name: `{name, series, domain, colours, value, unit}`. */
export function rankedParts(label, rows, width, { name, series, domain, colours, value, unit }) {
  const sums = [...sumsBy(rows, name, value)].map(([one, sum]) => ({ one, sum }));
  const order = sums.map(({ one }) => one);
  const { room, short } = names(order, width);
  const right = besides(sums.map(({ sum }) => show(sum, unit)));
  return picture(label, {
    width,
    ...bars(order.length, room, right, Math.max(...sums.map(({ sum }) => sum), 1e-9)),
    y: { domain: order, padding: 0.28 },
    color: { domain, range: colours },
    marks: [
      nameAxis(short),
      barX(rows, stackX({ y: name, x: value, fill: series, order: domain, title: (row) => `${row[name]}, ${row[series]}: ${show(row[value], unit)}` })),
      text(sums, { y: 'one', x: 'sum', text: ({ sum }) => show(sum, unit), dx: 6, textAnchor: 'start', fill: TEXT }),
      ruleX([0], { stroke: 'var(--soft)' }),
    ],
  });
}

/** The unit in which an axis of times is read: what one of it is, and its sign. */
function clock(largest, unit) {
  const ms = largest * (unit === 'minutes' ? 60_000 : 1);
  const [size, sign] = ms < 1000 ? [1, 'ms'] : ms < 180_000 ? [1000, 's'] : ms < 180 * 60_000 ? [60_000, 'min'] : ms < 72 * 3_600_000 ? [3_600_000, 'h'] : [86_400_000, 'd'];
  return [size / (unit === 'minutes' ? 60_000 : 1), sign];
}

/** Half of the cases are faster than the line, nine of ten faster than the area's upper edge; one panel a band, each with its own scale. */
export function spreadByBand(label, rows, width, { unit, filter }) {
  const half = BAR[filter.grain] / 2;
  const [first, last] = reach(rows.map((row) => row.day), filter);
  const domain = [new Date(first - half), new Date(last - half)];
  const bands = [...new Set(rows.map((row) => row.band))];
  const panels = document.createElement('div');
  panels.append(...bands.map((band, at) => spread(label, rows.filter((row) => row.band === band), width, { unit, band, domain, grain: filter.grain, last: at === bands.length - 1 })));
  return panels;
}

function spread(label, rows, width, { unit, band, domain, grain, last }) {
  const name = band.length === 1 ? `Band ${band}` : band;
  const [size, sign] = clock(Math.max(...rows.map((row) => row.p90 ?? row.p50)), unit);
  const data = rows.map((row) => ({ ...row, day: new Date(row.day), half: row.p50 / size, most: (row.p90 ?? row.p50) / size }));
  const title = (row) => `${named(row.day, grain)}, ${name}\n50 % within ${show(row.p50, unit)}\n90 % within ${show(row.p90, unit)}\n${count(row.leads, 'lead')}`;
  return picture(`${label}. ${name}`, {
    width,
    height: last ? 106 : 80,
    marginLeft: 60,
    marginRight: 64,
    marginBottom: last ? 36 : 10,
    x: { type: 'utc', domain, axis: null },
    y: { domain: [0, Math.max(...data.map((row) => row.most), 0) || 1], nice: 2, axis: null },
    marks: [
      gridY({ ticks: 2, stroke: LINE, strokeOpacity: 1 }),
      last ? timeAxis(width) : null,
      amountAxis(null, { ticks: 2, tickFormat: (value) => (value === 0 ? '0' : `${show(value)} ${sign}`) }),
      areaY(data, { x: 'day', y1: 'half', y2: 'most', fill: MAIN, fillOpacity: 0.22 }),
      lineY(data, { x: 'day', y: 'most', stroke: MAIN, strokeWidth: 1, strokeOpacity: 0.6 }),
      lineY(data, { x: 'day', y: 'half', stroke: MAIN, strokeWidth: 2 }),
      dot(data, { x: 'day', y: 'half', fill: MAIN, r: data.length > 40 ? 1 : 2.5 }),
      data.length > 40 ? null : dot(data, { x: 'day', y: 'most', fill: 'var(--card)', stroke: MAIN, r: 2.5 }),
      ruleY([0], { stroke: 'var(--soft)' }),
      text([name], { text: (said) => said, frameAnchor: 'right', textAnchor: 'end', dx: 60, fill: TEXT, fontWeight: 600 }),
      tip(data, pointerX({ x: 'day', y: 'half', title, ...tips })),
    ],
  });
}

/** From then to now, one row a name: `{name, before, now}`, both shares. */
export function change(label, rows, width, { name, before, now, say }) {
  const { room, short } = names(rows.map((row) => row[name]), width);
  const right = besides(rows.map(say));
  const largest = Math.max(...rows.flatMap((row) => [row[before] ?? 0, row[now] ?? 0]), 0.01);
  return picture(label, {
    width,
    ...scaled(rows.length, room, right, largest),
    y: { domain: rows.map((row) => row[name]) },
    marks: [
      shareAxis(width - room - right),
      nameAxis(short),
      link(rows.filter((row) => row[before] !== null && row[now] !== null), { y: name, x1: before, x2: now, stroke: 'var(--soft)', strokeWidth: 2 }),
      dot(rows.filter((row) => row[before] !== null), { y: name, x: before, r: 4.5, fill: 'var(--card)', stroke: 'var(--soft)', strokeWidth: 2, title: (row) => `${row[name]}, before: ${show(row[before], 'share')}` }),
      dot(rows.filter((row) => row[now] !== null), { y: name, x: now, r: 5, fill: MAIN, title: (row) => `${row[name]}, now: ${show(row[now], 'share')}` }),
      text(rows, { y: name, text: say, frameAnchor: 'right', dx: right + 2, textAnchor: 'end', fill: TEXT }),
    ],
  });
}

/** Bars with a mark of what they should be: `{group, name, value, mark, unit, colourOf}`; one panel a group. */
export function againstMark(label, rows, width, { group, name, value, mark, unit, say, colourOf = () => MAIN }) {
  const { room, short } = names(rows.map((row) => row[name]), width);
  const groups = [...new Set(rows.map((row) => row[group]))];
  const right = besides(rows.map(say));
  const charts = groups.map((one) => rows.filter((row) => row[group] === one));
  const largest = Math.max(...rows.flatMap((row) => [row[value] ?? 0, row[mark] ?? 0]), 1e-9);
  // Groups have rows of their own, so each is a block of the one ordinal axis, below a line with its name.
  const order = charts.flatMap((members, at) => [`title ${at}`, ...members.map((row) => `${at} ${row[name]}`)]);
  const placed = charts.flatMap((members, at) => members.map((row) => ({ ...row, place: `${at} ${row[name]}` })));
  const titles = groups.map((one, at) => ({ place: `title ${at}`, one }));
  return picture(label, {
    width,
    ...bars(order.length, room, right, largest),
    y: { domain: order, padding: 0.28, paddingOuter: 0 },
    marks: [
      nameAxis((place) => (place.startsWith('title ') ? '' : short(place.slice(place.indexOf(' ') + 1)))),
      text(titles, { y: 'place', text: ({ one }) => shortened(one, width * 0.9), frameAnchor: 'left', dx: 2 - room, textAnchor: 'start', fill: TEXT, fontWeight: 600 }),
      barX(placed.filter((row) => row[value] !== null), { y: 'place', x: value, fill: colourOf, title: (row) => `${row[group]}, ${row[name]}: ${say(row)}` }),
      tickX(placed.filter((row) => row[mark] !== null), { y: 'place', x: mark, stroke: TEXT, strokeWidth: 2.5, insetTop: -3, insetBottom: -3, title: (row) => `${row[group]}: ${show(row[mark], unit)}` }),
      text(placed, { y: 'place', text: say, frameAnchor: 'right', dx: right - 2, textAnchor: 'end', fill: TEXT }),
    ],
  });
}

/** Where each part stands between none and all, one row a name: `{name, series, value, domain, colours, say(row)}`; parts may overlap. */
export function dots(label, rows, width, { name, series, value, domain, colours, say }) {
  const order = [...new Map(rows.map((row) => [row[name], row])).values()];
  const { room, short } = names(order.map((row) => row[name]), width);
  const right = besides(order.map(say));
  return picture(label, {
    width,
    ...scaled(order.length, room, right, 1),
    y: { domain: order.map((row) => row[name]) },
    color: { domain, range: colours },
    marks: [
      shareAxis(width - room - right),
      nameAxis(short),
      ruleY(order.map((row) => row[name]), { stroke: 'var(--line)' }),
      // Parts of one size would hide each other: each series stands a little lower than the one before.
      domain.map((part, at) => dot(rows.filter((row) => row[series] === part), { y: name, x: value, dy: (at - (domain.length - 1) / 2) * 3.5, r: 4.5, fill: series, stroke: 'var(--card)', title: (row) => `${row[name]}, ${row[series]}: ${show(row[value], 'share')}` })),
      text(order, { y: name, text: say, frameAnchor: 'right', dx: right + 2, textAnchor: 'end', fill: TEXT }),
    ],
  });
}
