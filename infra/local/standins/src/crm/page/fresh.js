// Keeps a view up to date, and says what the API refuses without taking away what is shown.

import { Refused } from '/page/api.js';
import { every, h } from '/page/dom.js';

const REFRESH_MS = 2000;

/** Where a view says what went wrong. */
export function problemLine() {
  return h('p', { class: 'problem', role: 'alert', hidden: true });
}

/**
 * Looks, and draws what was seen, now and every two seconds while `live()`; `missing` is said of what is not there. An answer to an older question
 * than the last one asked is thrown away, and a session that has ended is thrown. Answers `{refresh, stop}`.
 */
export function keepFresh(problem, look, draw, { missing, live = () => true } = {}) {
  let asking = 0;
  const refresh = async () => {
    const turn = ++asking;
    try {
      const seen = await look();
      if (turn !== asking) return;
      problem.hidden = true;
      draw(seen, refresh);
    } catch (error) {
      if (turn !== asking) return;
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = missing && error.status === 404 ? missing : error.message;
      problem.hidden = false;
      problem.parentElement?.querySelector('.loading')?.remove();
    }
  };
  refresh();
  const stop = every(REFRESH_MS, () => (live() ? refresh() : undefined));
  return { refresh, stop: () => {
    asking += 1;
    stop();
  } };
}

/** The parts of a record's page, put there when the first answer is in: `{parts, place}`. */
export function recordPage(main, object, crumb, names) {
  const parts = Object.fromEntries(names.map((name) => [name, h('section', { class: `card ${object}-${name}` })]));
  parts.head.className = 'lead-head';
  parts.fields.classList.add('lead-fields');
  const problem = problemLine();
  main.replaceChildren(h('p', { class: 'crumbs' }, crumb), problem, h('p', { class: 'loading' }, 'Loading…'));
  const place = (left, right) => {
    if (parts.head.isConnected) return;
    main.querySelector('.loading')?.remove();
    main.append(parts.head, h('div', { class: 'lead' }, h('div', { class: 'lead-main' }, left), h('div', { class: 'lead-side' }, right), parts.fields));
  };
  return { parts, problem, place };
}
