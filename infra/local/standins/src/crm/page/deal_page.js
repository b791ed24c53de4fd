// One deal: its milestones, the brief and the mails so far, its play and why, and where it stands, which a rep changes here.

import { describe, literal, query, read, Refused, update } from '/page/api.js';
import { announce, h, redraw } from '/page/dom.js';
import { value } from '/page/format.js';
import { keepFresh, recordPage } from '/page/fresh.js';
import { stageChip } from '/page/deal_list.js';
import { fieldsCard, pair } from '/page/lead_cards.js';
import { showPreview } from '/page/preview.js';
import { showReasons } from '/page/reasons.js';
import { TASK_FIELDS, tasksCard } from '/page/tasks.js';

const SHOWN_ABOVE = new Set(['RevLoops_Brief__c', 'RevLoops_Play_Reason__c', 'RevLoops_Milestones__c']);

export function showDeal(main, id) {
  document.title = 'Deal · Stand-in CRM';
  const crumb = h('a', { href: '#/deals' }, '← Deals');
  const { parts, problem, place } = recordPage(main, 'deal', crumb, ['head', 'milestones', 'brief', 'others', 'stands', 'play', 'fields']);
  const shown = { empty: false };
  return keepFresh(problem, () => Promise.all([look(id), describe('Opportunity')]), ([seen, object], refresh) => {
    place([parts.milestones, parts.brief, parts.others], [parts.stands, parts.play]);
    draw(parts, seen, object.fields, shown, refresh);
  }, { missing: 'There is no such deal.' }).stop;
}

async function look(id) {
  const deal = await read('Opportunity', id);
  const [[related], tasks] = await Promise.all([
    query(`SELECT Account.Name, Contact.Name, Owner.Name, CreatedBy.Name, LastModifiedBy.Name FROM Opportunity WHERE Id = ${literal(deal.Id)}`),
    query(`SELECT ${TASK_FIELDS} FROM Task WHERE WhatId = ${literal(deal.Id)} ORDER BY ActivityDate NULLS LAST, CreatedDate, Id`),
  ]);
  return { deal, related: related ?? {}, tasks };
}

function draw(parts, { deal, related, tasks }, fields, shown, refresh) {
  document.title = `${deal.Name} · Stand-in CRM`;
  const names = Object.create(null);
  for (const [field, record] of [['AccountId', related.Account], ['ContactId', related.Contact], ['OwnerId', related.Owner], ['CreatedById', related.CreatedBy], ['LastModifiedById', related.LastModifiedBy]]) {
    if (deal[field] && record) names[deal[field]] = record.Name;
  }
  const milestones = tasks.filter((task) => (task.RevLoops_Key__c ?? '').includes('/pursue/'));
  const others = tasks.filter((task) => !milestones.includes(task));
  const done = milestones.filter((task) => task.IsClosed).length;
  redraw(parts.head, [deal.Name, deal.StageName, deal.IsClosed, deal.Amount, deal.CloseDate, related.Account?.Name, related.Owner?.Name], () => head(deal, related));
  redraw(parts.milestones, milestones, () => tasksCard(milestones, refresh, {
    title: milestones.length > 0 ? `Milestones: ${done} of ${milestones.length} done` : 'Milestones',
    none: deal.RevLoops_Play__c ? 'The play has no milestone here.' : 'No play yet.',
  }));
  parts.brief.hidden = !deal.RevLoops_Brief__c;
  redraw(parts.brief, deal.RevLoops_Brief__c, (brief) => brief ? [h('h2', {}, 'Research brief and mails so far'), showPreview(brief, 'brief', { before: true })] : []);
  parts.others.hidden = others.length === 0;
  redraw(parts.others, others, () => tasksCard(others, refresh, { title: 'Other tasks' }));
  redraw(parts.stands, [deal.StageName, deal.CloseDate], () => standsCard(deal, fields, refresh));
  redraw(parts.play, [deal.RevLoops_Play__c, deal.RevLoops_Play_Version__c, deal.RevLoops_Play_Started_On__c, deal.RevLoops_Play_Reason__c], () => playCard(deal));
  redraw(parts.fields, [deal, names, shown.empty], () => fieldsCard(deal, names, fields, shown, SHOWN_ABOVE));
}

function head(deal, related) {
  return h('div', {},
    h('h1', {}, deal.Name),
    h('p', { class: 'muted' }, [related.Account?.Name, deal.Amount !== null && value({ type: 'currency' }, deal.Amount), `closes ${value({ type: 'date' }, deal.CloseDate)}`, related.Owner?.Name].filter(Boolean).join(' · ')),
    h('p', { class: 'chips' }, stageChip(deal)));
}

function standsCard(deal, fields, refresh) {
  const stages = fields.find((field) => field.name === 'StageName')?.picklistValues.map((one) => one.value) ?? [];
  const problem = h('p', { class: 'field-problem', role: 'alert' });
  const stage = h('select', { id: 'stage', dataset: { focus: 'stage' } }, stages.map((name) => h('option', { value: name, selected: name === deal.StageName }, name)));
  const close = h('input', { id: 'close-date', type: 'date', value: deal.CloseDate, required: true, dataset: { focus: 'close-date' } });
  const save = h('button', { type: 'submit', class: 'primary', dataset: { focus: 'save' } }, 'Save');
  return h('form', { class: 'stack', onsubmit: async (event) => {
    event.preventDefault();
    problem.textContent = '';
    save.disabled = true;
    try {
      await update('Opportunity', deal.Id, { StageName: stage.value, CloseDate: close.value });
      announce('The deal is saved.');
      await refresh();
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = error.message;
    } finally {
      save.disabled = false;
    }
  } },
  h('h2', {}, 'Where it stands'),
  h('div', { class: 'field' }, h('label', { for: 'stage' }, 'Stage'), stage),
  h('div', { class: 'field' }, h('label', { for: 'close-date' }, 'Close date'), close),
  problem, h('div', { class: 'actions' }, save));
}

function playCard(deal) {
  if (!deal.RevLoops_Play__c) return [h('h2', {}, 'Play'), h('p', { class: 'muted' }, 'None chosen yet.')];
  return [
    h('h2', {}, 'Play'),
    h('p', { class: 'big' }, deal.RevLoops_Play__c),
    h('dl', { class: 'pairs' }, pair('Version', deal.RevLoops_Play_Version__c), pair('Started on', value({ type: 'date' }, deal.RevLoops_Play_Started_On__c))),
    deal.RevLoops_Play_Reason__c && h('div', { class: 'why' }, h('h3', {}, 'Why'), showReasons(deal.RevLoops_Play_Reason__c)),
  ];
}
