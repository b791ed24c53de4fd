// What happened to a lead: its history in the CRM, the loops' marks on it, and its tasks.

import { h } from '/page/dom.js';
import { age, when } from '/page/format.js';

/** What happened, oldest first, as `[when, what, detail, by whom, how long ago]`. */
export function timeline(lead, history, tasks, names) {
  const entries = [[lead.CreatedDate, 'Created', '', names[lead.CreatedById]]];
  const named = (text) => names[text] ?? text ?? '–';
  const seen = new Set();
  for (const row of history) {
    if (row.Field === 'created') continue;
    const what = { Owner: 'Owner', ownerAssignment: 'Owner', leadConverted: 'Converted' }[row.Field] ?? row.Field;
    const detail = row.NewValue === null && row.OldValue === null ? '' : `${named(row.OldValue)} → ${named(row.NewValue)}`;
    // The CRM keeps an owner's change twice, by id and by name: both say the same here.
    const same = `${row.CreatedDate} ${what} ${detail}`;
    if (!seen.has(same)) entries.push([row.CreatedDate, what, detail, row.CreatedBy?.Name]);
    seen.add(same);
  }
  if (lead.RevLoops_Qualified_At__c) entries.push([lead.RevLoops_Qualified_At__c, lead.RevLoops_Disqualified_Reason__c ? 'Disqualified' : 'Scored', lead.RevLoops_Disqualified_Reason__c ?? `${lead.RevLoops_Score__c} · band ${lead.RevLoops_Band__c ?? '–'}`, '']);
  if (lead.RevLoops_Routed_At__c) entries.push([lead.RevLoops_Routed_At__c, 'Routed', lead.RevLoops_Rule__c ?? '', '']);
  for (const task of tasks) entries.push([task.CreatedDate, 'Task', task.Subject ?? '', task.Owner?.Name]);
  return entries.map((entry, at) => [entry, at]).sort(([a, i], [b, j]) => a[0].localeCompare(b[0]) || i - j).map(([entry]) => [...entry, age(entry[0])]);
}

export function timelineCard(entries) {
  return [
    h('h2', {}, 'Timeline'),
    h('ol', { class: 'timeline' }, entries.map(([at, what, detail, by, ago]) => h('li', {},
      h('p', {}, h('b', {}, what), detail && h('span', {}, ` ${detail}`)),
      h('p', { class: 'muted' }, h('time', { datetime: at, title: when(at) }, ago), by && ` · ${by}`)))),
  ];
}
