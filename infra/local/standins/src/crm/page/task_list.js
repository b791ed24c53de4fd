// Open tasks: mine or everybody's, by the day on which they are due.

import { literal, query, Refused, session } from '/page/api.js';
import { every, fill, h, redraw } from '/page/dom.js';
import { TASK_FIELDS, tasksCard } from '/page/tasks.js';

const REFRESH_MS = 2000;
const MOST = 100;

export function showTasks(main, search) {
  document.title = 'Tasks · Stand-in CRM';
  let whose = search.get('show') === 'all' ? 'all' : 'mine';
  let asking = 0;
  const card = h('section', { class: 'card' });
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });

  const refresh = async () => {
    const turn = ++asking;
    const mine = whose === 'mine' ? ` AND OwnerId = ${literal(session().userId)}` : '';
    try {
      const tasks = await query(`SELECT ${TASK_FIELDS} FROM Task WHERE IsClosed = FALSE${mine} ORDER BY ActivityDate NULLS LAST, CreatedDate DESC, Id LIMIT ${MOST}`);
      if (turn !== asking) return;
      problem.hidden = true;
      const none = whose === 'mine' ? 'You have nothing to do.' : 'Nobody has anything to do.';
      redraw(card, [whose, tasks], () => tasksCard(tasks, refresh, { title: tasks.length === MOST ? `The first ${MOST}` : `${tasks.length} open`, none, more: about }));
    } catch (error) {
      if (turn !== asking) return;
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };

  const choice = (value, text) => h('label', {},
    h('input', { type: 'radio', name: 'whose', value, checked: whose === value, onchange: () => {
      whose = value;
      history.replaceState(null, '', value === 'all' ? '#/tasks?show=all' : '#/tasks');
      refresh();
    } }), h('span', {}, text));
  fill(main,
    h('div', { class: 'head' }, h('h1', {}, 'Tasks')),
    h('div', { class: 'filters' }, h('fieldset', { class: 'choice' }, h('legend', { class: 'hidden' }, 'Whose tasks'), choice('mine', 'My tasks'), choice('all', 'All tasks'))),
    problem, card);
  refresh();
  const stop = every(REFRESH_MS, refresh);
  return () => {
    asking += 1;
    stop();
  };
}

// Whom or what a task is about, as a link where the page has one.
function about(task) {
  const parts = [named(task.WhoId, task.Who?.Name), named(task.WhatId, task.What?.Name)].filter(Boolean);
  return parts.length > 0 && h('p', {}, parts.flatMap((part, at) => at === 0 ? [part] : [' · ', part]));
}

function named(id, name) {
  if (!id) return null;
  const page = { '00Q': 'leads', '006': 'deals' }[id.slice(0, 3)];
  return page ? h('a', { href: `#/${page}/${id}`, dataset: { focus: `about-${id}` } }, name ?? id) : h('span', {}, name ?? id);
}
