// Shows why: the lines in which a loop explains itself, indented by what belongs to what, with their marks set apart.

import { h } from '/page/dom.js';

const MARKS = {
  '✓': ['held', 'held'], '✗': ['failed', 'did not hold'], '↓': ['fell', 'held, but found nobody'], '·': ['idle', 'not tried'],
  yes: ['held', 'yes'], no: ['failed', 'no'],
};

/** The lines as `{level, mark, points, text}`; a level is a deeper indentation than the one before it. */
export function parse(text) {
  const lines = text.replaceAll('\r', '').split('\n').filter((line) => line.trim() !== '');
  const depth = (line) => /^\s*/.exec(line)[0].length;
  const depths = [...new Set(lines.map(depth))].sort((a, b) => a - b);
  return lines.map((line) => {
    const words = line.trim();
    const [, mark, marked] = /^(✓|✗|↓|·|yes(?= )|no(?=  ))\s+(.*)$/u.exec(words) ?? [null, null, words];
    const [, points, rest] = /^([+−-]\d+)\b:?\s*(.*)$/u.exec(marked) ?? [null, null, marked];
    return { level: Math.min(depths.indexOf(depth(line)), 3), mark, points, text: rest };
  });
}

/** The reasons as a list. */
export function showReasons(text) {
  return h('ul', { class: 'reasons' }, parse(text).map(({ level, mark, points, text: words }) => {
    const [kind, said] = MARKS[mark] ?? [];
    const title = !mark && !points && words.endsWith(':');
    return h('li', { class: `level-${level}${title ? ' title' : ''}` },
      mark && h('span', { class: `mark ${kind}`, role: 'img', 'aria-label': said }, mark.length === 1 ? mark : mark === 'yes' ? '✓' : '✗'),
      points && h('b', { class: points.startsWith('+') ? 'plus' : 'minus' }, points),
      h('span', {}, words));
  }));
}
