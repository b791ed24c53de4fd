// One lead: who owns it and why, its score and the reasons, its tasks, what happened to it, and all its fields.

import { describe, literal, query, read, Refused, session, update } from '/page/api.js';
import { askToConvert } from '/page/convert.js';
import { announce, every, fill, h, redraw } from '/page/dom.js';
import { age, isQueue, value, when } from '/page/format.js';
import { scoreChip } from '/page/lead_list.js';
import { showPreview } from '/page/preview.js';
import { showReasons } from '/page/reasons.js';

const REFRESH_MS = 2000;
const SYSTEM = new Set(['Id', 'IsDeleted', 'MasterRecordId', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'LastActivityDate', 'LastViewedDate', 'LastReferencedDate']);

export function showLead(main, id) {
  document.title = 'Lead · Stand-in CRM';
  const parts = Object.fromEntries(['head', 'owner', 'score', 'converted', 'tasks', 'timeline', 'fields'].map((name) => [name, h('section', { class: `card lead-${name}` })]));
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const shown = { empty: false };
  let asking = 0;
  parts.head.className = 'lead-head';
  fill(main, h('p', { class: 'crumbs' }, h('a', { href: '#/leads' }, '← Leads')), problem, h('p', { class: 'loading' }, 'Loading…'));

  const refresh = async () => {
    const turn = ++asking;
    try {
      const [seen, object] = await Promise.all([look(id), describe('Lead')]);
      if (turn !== asking) return;
      problem.hidden = true;
      if (!parts.head.isConnected) {
        main.querySelector('.loading')?.remove();
        main.append(parts.head, h('div', { class: 'lead' },
          h('div', { class: 'lead-main' }, parts.tasks, parts.timeline),
          h('div', { class: 'lead-side' }, parts.owner, parts.score, parts.converted), parts.fields));
      }
      draw(parts, seen, object.fields, shown, refresh);
    } catch (error) {
      if (turn !== asking) return;
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = error.status === 404 ? 'There is no such lead.' : error.message;
      problem.hidden = false;
      main.querySelector('.loading')?.remove();
    }
  };

  refresh();
  const stop = every(REFRESH_MS, refresh);
  return () => {
    asking += 1;
    stop();
  };
}

// All that the page shows of a lead, with the names that its ids stand for.
async function look(id) {
  const lead = await read('Lead', id);
  const who = [lead.Id, lead.ConvertedContactId].filter(Boolean).map(literal).join(', ');
  const [[related], tasks, history] = await Promise.all([
    query(`SELECT Owner.Name, CreatedBy.Name, LastModifiedBy.Name, ConvertedAccount.Name, ConvertedContact.Name, ConvertedOpportunity.Name, ConvertedOpportunity.StageName, ConvertedOpportunity.CloseDate FROM Lead WHERE Id = ${literal(lead.Id)}`),
    query(`SELECT Id, Subject, Description, Status, Priority, ActivityDate, IsClosed, OwnerId, Owner.Name, CreatedDate, RevLoops_Run_Id__c FROM Task WHERE WhoId IN (${who}) ORDER BY CreatedDate DESC, Id DESC`),
    query(`SELECT Id, Field, OldValue, NewValue, CreatedDate, CreatedBy.Name FROM LeadHistory WHERE LeadId = ${literal(lead.Id)} ORDER BY CreatedDate, Id`),
  ]);
  const names = { ...await namesOf(history), [lead.OwnerId]: related?.Owner?.Name };
  if (related?.CreatedBy) names[lead.CreatedById] = related.CreatedBy.Name;
  if (related?.LastModifiedBy) names[lead.LastModifiedById] = related.LastModifiedBy.Name;
  return { lead, related: related ?? {}, tasks, history, names };
}

async function namesOf(history) {
  const ids = [...new Set(history.flatMap((row) => [row.OldValue, row.NewValue]).filter((text) => /^00[5G][0-9A-Za-z]{12,15}$/.test(text ?? '')))];
  const of = async (object, prefix) => {
    const wanted = ids.filter((id) => id.startsWith(prefix));
    return wanted.length > 0 ? query(`SELECT Id, Name FROM ${object} WHERE Id IN (${wanted.map(literal).join(', ')})`) : [];
  };
  const found = (await Promise.all([of('User', '005'), of('Group', '00G')])).flat();
  return Object.fromEntries(found.map((record) => [record.Id, record.Name]));
}

function draw(parts, seen, fields, shown, refresh) {
  const { lead, related, tasks, history, names } = seen;
  document.title = `${lead.Name} · Stand-in CRM`;
  redraw(parts.head, [lead.Name, lead.Title, lead.Company, lead.Status, lead.IsConverted, lead.OwnerId, lead.RevLoops_Score__c, lead.RevLoops_Band__c, lead.RevLoops_Disqualified_Reason__c], () => head(lead, refresh));
  redraw(parts.owner, [lead.OwnerId, names[lead.OwnerId], lead.RevLoops_Rule__c, lead.RevLoops_Route_Reason__c, lead.RevLoops_Routed_At__c], () => ownerCard(lead, names[lead.OwnerId]));
  redraw(parts.score, [lead.RevLoops_Score__c, lead.RevLoops_Band__c, lead.RevLoops_Score_Reasons__c, lead.RevLoops_Disqualified_Reason__c, lead.RevLoops_Enrichment__c], () => scoreCard(lead));
  parts.converted.hidden = !lead.IsConverted;
  redraw(parts.converted, lead.IsConverted && related, () => lead.IsConverted ? convertedCard(lead, related) : []);
  redraw(parts.tasks, tasks, () => tasksCard(tasks, refresh));
  redraw(parts.timeline, timeline(lead, history, tasks, names).map((entry) => [...entry, age(entry[0])]), timelineCard);
  redraw(parts.fields, [lead, names, shown.empty], () => fieldsCard(lead, names, fields, shown));
}

function head(lead, refresh) {
  const me = session().userId;
  return [
    h('div', {},
      h('h1', {}, lead.Name),
      h('p', { class: 'muted' }, [lead.Title, lead.Company].filter(Boolean).join(' · ')),
      h('p', { class: 'chips' }, scoreChip(lead), h('span', { class: lead.IsConverted ? 'status won' : 'status' }, lead.Status))),
    h('div', { class: 'actions' },
      !lead.IsConverted && lead.OwnerId !== me && h('button', { type: 'button', dataset: { focus: 'take' }, onclick: async () => {
        await update('Lead', lead.Id, { OwnerId: me });
        announce('The lead is yours.');
        await refresh();
      } }, 'Assign to me'),
      !lead.IsConverted && h('button', { type: 'button', class: 'primary', dataset: { focus: 'convert' }, onclick: () => askToConvert(lead, refresh) }, 'Convert')),
  ];
}

function ownerCard(lead, name) {
  return [
    h('h2', {}, 'Owner'),
    h('p', { class: 'owner big' }, name ?? lead.OwnerId, isQueue(lead.OwnerId) && h('span', { class: 'tag' }, 'Queue')),
    lead.RevLoops_Rule__c && h('p', {}, h('span', { class: 'muted' }, 'Rule '), h('code', {}, lead.RevLoops_Rule__c)),
    lead.RevLoops_Route_Reason__c
      ? h('div', { class: 'why' }, h('h3', {}, 'Why'), showReasons(lead.RevLoops_Route_Reason__c))
      : h('p', { class: 'muted' }, 'Not routed yet.'),
  ];
}

function scoreCard(lead) {
  const scored = lead.RevLoops_Score__c !== null && lead.RevLoops_Score__c !== undefined;
  const meter = scored && h('div', { class: 'meter', 'aria-hidden': 'true' }, h('span', {}));
  if (meter) meter.firstChild.style.inlineSize = `${Math.max(0, Math.min(100, lead.RevLoops_Score__c))}%`;
  return [
    h('h2', {}, 'Score'),
    scored
      ? h('p', { class: 'big' }, h('b', {}, String(lead.RevLoops_Score__c)), h('span', { class: 'muted' }, ' of 100'), lead.RevLoops_Band__c && [' · band ', h('b', {}, lead.RevLoops_Band__c)])
      : h('p', { class: 'muted' }, 'Not scored yet.'),
    meter,
    lead.RevLoops_Disqualified_Reason__c && h('p', { class: 'problem' }, h('b', {}, 'Disqualified: '), lead.RevLoops_Disqualified_Reason__c),
    lead.RevLoops_Score_Reasons__c && h('div', { class: 'why' }, h('h3', {}, 'Why'), showReasons(lead.RevLoops_Score_Reasons__c)),
    lead.RevLoops_Enrichment__c && h('p', { class: 'muted' }, `Enrichment: ${lead.RevLoops_Enrichment__c.replaceAll('_', ' ')}`),
  ];
}

function convertedCard(lead, related) {
  const opportunity = related.ConvertedOpportunity;
  return [
    h('h2', {}, 'Converted'),
    h('dl', { class: 'pairs' },
      pair('Account', related.ConvertedAccount?.Name), pair('Contact', related.ConvertedContact?.Name),
      pair('Opportunity', opportunity?.Name), pair('Stage', opportunity?.StageName), pair('Close date', opportunity && value({ type: 'date' }, opportunity.CloseDate)), pair('Converted on', value({ type: 'date' }, lead.ConvertedDate))),
  ];
}

function tasksCard(tasks, refresh) {
  return [
    h('h2', {}, 'Tasks'),
    tasks.length === 0 && h('p', { class: 'muted' }, 'No tasks.'),
    tasks.map((task) => h('article', { class: task.IsClosed ? 'task done' : 'task' },
      h('header', {},
        h('div', {},
          h('h3', {}, task.Subject ?? 'Task'),
          h('p', { class: 'muted' }, [task.Status, task.Priority && task.Priority !== 'Normal' && `${task.Priority} priority`, task.ActivityDate && `due ${value({ type: 'date' }, task.ActivityDate)}`, task.Owner?.Name].filter(Boolean).join(' · '))),
        !task.IsClosed && h('button', { type: 'button', dataset: { focus: `complete-${task.Id}` }, 'aria-label': `Complete: ${task.Subject ?? 'task'}`, onclick: async () => {
          await update('Task', task.Id, { Status: 'Completed' });
          announce('The task is completed.');
          await refresh();
        } }, 'Complete')),
      task.Description && showPreview(task.Description, task.Id))),
  ];
}

// [when, what, detail, by]
function timeline(lead, history, tasks, names) {
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
  return entries.map((entry, at) => [entry, at]).sort(([a, i], [b, j]) => a[0].localeCompare(b[0]) || i - j).map(([entry]) => entry);
}

function timelineCard(entries) {
  return [
    h('h2', {}, 'Timeline'),
    h('ol', { class: 'timeline' }, entries.map(([at, what, detail, by, ago]) => h('li', {},
      h('p', {}, h('b', {}, what), detail && h('span', {}, ` ${detail}`)),
      h('p', { class: 'muted' }, h('time', { datetime: at, title: when(at) }, ago), by && ` · ${by}`)))),
  ];
}

function fieldsCard(lead, names, fields, shown) {
  const groups = [['Details', []], ['RevLoops', []], ['System', []]];
  for (const field of fields) {
    const content = lead[field.name];
    if (!(field.name in lead) || field.type === 'address') continue;
    if (!shown.empty && (content === null || content === '')) continue;
    const group = field.name.startsWith('RevLoops_') ? 1 : SYSTEM.has(field.name) ? 2 : 0;
    groups[group][1].push([field, content]);
  }
  const toggle = h('input', { type: 'checkbox', id: 'show-empty', checked: shown.empty, dataset: { focus: 'show-empty' }, onchange: () => {
    shown.empty = toggle.checked;
    const card = toggle.closest('.card');
    redraw(card, [lead, names, shown.empty], () => fieldsCard(lead, names, fields, shown));
  } });
  return [
    h('div', { class: 'head' }, h('h2', {}, 'All fields'), h('label', { class: 'check', for: 'show-empty' }, toggle, h('span', {}, 'Show empty fields'))),
    groups.filter(([, rows]) => rows.length > 0).map(([title, rows]) => h('details', { open: title !== 'System', dataset: { fold: title } },
      h('summary', { dataset: { focus: title } }, title),
      h('dl', { class: 'pairs' }, rows.map(([field, content]) => pair(field.label, names[content] ?? value(field, content)))))),
  ];
}

function pair(label, text) {
  return text === null || text === undefined ? null : h('div', { class: /\n|.{120}/.test(text) ? 'long' : null }, h('dt', {}, label), h('dd', {}, text));
}
