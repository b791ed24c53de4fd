// Open tasks: mine or everybody's, by the day on which they are due.

import { containing, literal, query, session } from '/page/api.js';
import { fill, h, redraw } from '/page/dom.js';
import { keepFresh, problemLine } from '/page/fresh.js';
import { TASK_FIELDS, tasksCard } from '/page/tasks.js';

const MOST = 100;

export function showTasks(main, search) {
  document.title = 'Tasks · Stand-in CRM';
  const asked = { whose: search.get('show') === 'all' ? 'all' : 'mine', find: search.get('find') ?? '' };
  const card = h('section', { class: 'card' });
  const problem = problemLine();

  const look = () => {
    const mine = asked.whose === 'mine' ? ` AND OwnerId = ${literal(session().userId)}` : '';
    const like = asked.find ? ` AND Subject LIKE ${containing(asked.find)}` : '';
    return query(`SELECT ${TASK_FIELDS} FROM Task WHERE IsClosed = FALSE${mine}${like} ORDER BY ActivityDate NULLS LAST, CreatedDate DESC, Id LIMIT ${MOST}`);
  };
  const draw = (tasks, refresh) => {
    const none = asked.find ? 'No open task matches the search.' : asked.whose === 'mine' ? 'You have nothing to do.' : 'Nobody has anything to do.';
    redraw(card, [asked, tasks], () => tasksCard(tasks, refresh, { title: tasks.length === MOST ? `The first ${MOST}` : `${tasks.length} open`, none, more: about }));
  };

  const ask = (change) => {
    Object.assign(asked, change);
    const address = new URLSearchParams();
    if (asked.whose === 'all') address.set('show', 'all');
    if (asked.find) address.set('find', asked.find);
    history.replaceState(null, '', `#/tasks${address.size > 0 ? `?${address}` : ''}`);
    return kept.refresh();
  };
  let typing = 0;
  const find = h('input', { id: 'find-task', type: 'search', value: asked.find, autocomplete: 'off', placeholder: 'Words of the subject',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => ask({ find: find.value.trim() }), 200);
    } });
  const choice = (value, text) => h('label', {},
    h('input', { type: 'radio', name: 'whose', value, checked: asked.whose === value, onchange: () => ask({ whose: value }) }), h('span', {}, text));
  fill(main,
    h('div', { class: 'head' }, h('h1', {}, 'Tasks')),
    h('div', { class: 'filters' }, h('fieldset', { class: 'choice' }, h('legend', { class: 'hidden' }, 'Whose tasks'), choice('mine', 'My tasks'), choice('all', 'All tasks')),
      h('div', { class: 'grow' }, h('label', { for: 'find-task', class: 'hidden' }, 'Search tasks'), find)),
    problem, card);
  const kept = keepFresh(problem, look, draw);
  return () => {
    clearTimeout(typing);
    kept.stop();
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
