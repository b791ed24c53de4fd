// Tasks, wherever they are shown: a lead's, a deal's, or a rep's own.

import { update } from '/page/api.js';
import { announce, h } from '/page/dom.js';
import { value } from '/page/format.js';
import { showPreview } from '/page/preview.js';

/** Fields that a shown task needs; `of` asks for more. */
export const TASK_FIELDS = 'Id, Subject, Description, Status, Priority, ActivityDate, IsClosed, OwnerId, Owner.Name, WhoId, Who.Name, WhatId, What.Name, CreatedDate, RevLoops_Run_Id__c, RevLoops_Key__c, RevLoops_Dropped__c, RevLoops_Missed__c, RevLoops_Sequence__c, RevLoops_Answer__c, RevLoops_Answered__c';

/** A card of tasks; `more` gives further words for a task, such as what it is about. */
export function tasksCard(tasks, refresh, { title = 'Tasks', none = 'No tasks.', more = () => null } = {}) {
  return [
    h('h2', {}, title),
    tasks.length === 0 && h('p', { class: 'muted' }, none),
    tasks.map((task) => article(task, refresh, more)),
  ];
}

function article(task, refresh, more) {
  const subject = task.Subject ?? 'Task';
  return h('article', { class: task.IsClosed ? 'task done' : 'task', dataset: { task: task.Id } },
    h('header', {},
      h('div', {},
        h('h3', {}, subject),
        h('p', { class: 'muted' }, [task.Status, task.Priority && task.Priority !== 'Normal' && `${task.Priority} priority`, task.ActivityDate && `due ${day(task.ActivityDate)}`, task.Owner?.Name].filter(Boolean).join(' · ')),
        marks(task), answered(task), more(task)),
      !task.IsClosed && h('div', { class: 'acts' },
        // While an answer is under way there is none to give.
        task.RevLoops_Sequence__c && !task.RevLoops_Answer__c && ['Approve', 'Reject'].map((answer) => act(task, answer, refresh, { RevLoops_Answer__c: answer }, 'The answer is saved.')),
        act(task, 'Complete', refresh, { Status: 'Completed' }, 'The task is completed.'))),
    task.Description && (task.IsClosed
      ? h('details', { dataset: { fold: `text-${task.Id}` } }, h('summary', { dataset: { focus: `text-${task.Id}` } }, 'What it said'), showPreview(task.Description, task.Id))
      : showPreview(task.Description, task.Id)));
}

function act(task, text, refresh, fields, said) {
  const label = `${text}: ${task.Subject ?? 'Task'}`;
  return h('button', { type: 'button', dataset: { focus: `${text.toLowerCase()}-${task.Id}` }, 'aria-label': label, onclick: async () => {
    await update('Task', task.Id, fields);
    announce(said);
    await refresh();
  } }, text);
}

// What became of the answer, or that it is under way. A refused one is taken off the task, so that another can be given.
function answered(task) {
  if (task.RevLoops_Answer__c && !task.IsClosed) return h('p', { class: 'answered muted' }, `${task.RevLoops_Answer__c}: saved, RevLoops will say what becomes of it.`);
  if (!task.RevLoops_Answered__c) return null;
  const refused = !task.RevLoops_Answer__c;
  return h('p', { class: 'answered' }, h('span', { class: refused ? 'chip out' : 'tag first' }, refused ? 'Not taken' : 'Answered'), ' ', task.RevLoops_Answered__c);
}

function marks(task) {
  if (task.RevLoops_Dropped__c) return h('p', { class: 'muted' }, h('span', { class: 'tag first' }, 'Closed by RevLoops'), ' ', task.RevLoops_Dropped__c);
  if (task.RevLoops_Missed__c && !task.IsClosed) return h('p', {}, h('span', { class: 'chip out' }, `Missed on ${day(task.RevLoops_Missed__c)}`));
  return null;
}

function day(text) {
  return value({ type: 'date' }, text);
}
