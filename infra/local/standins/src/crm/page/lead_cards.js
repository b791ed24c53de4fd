// The parts of a lead's page, each from the records that it shows.

import { session, update } from '/page/api.js';
import { askToConvert } from '/page/convert.js';
import { announce, h, redraw } from '/page/dom.js';
import { isQueue, value } from '/page/format.js';
import { scoreChip } from '/page/lead_list.js';
import { showReasons } from '/page/reasons.js';

const SYSTEM = new Set(['Id', 'IsDeleted', 'MasterRecordId', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'LastActivityDate', 'LastViewedDate', 'LastReferencedDate']);

export function head(lead, refresh) {
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

export function ownerCard(lead, name) {
  return [
    h('h2', {}, 'Owner'),
    h('p', { class: 'owner big' }, name ?? lead.OwnerId, isQueue(lead.OwnerId) && h('span', { class: 'tag' }, 'Queue')),
    lead.RevLoops_Rule__c && h('p', {}, h('span', { class: 'muted' }, 'Rule '), h('code', {}, lead.RevLoops_Rule__c)),
    lead.RevLoops_Route_Reason__c
      ? h('div', { class: 'why' }, h('h3', {}, 'Why'), showReasons(lead.RevLoops_Route_Reason__c))
      : h('p', { class: 'muted' }, 'Not routed yet.'),
  ];
}

export function scoreCard(lead) {
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
    strongest('For', lead.RevLoops_Reasons_For__c),
    strongest('Against', lead.RevLoops_Reasons_Against__c),
    lead.RevLoops_Score_Reasons__c && h('div', { class: 'why' }, h('h3', {}, 'Why'), showReasons(lead.RevLoops_Score_Reasons__c)),
    lead.RevLoops_Enrichment__c && h('p', { class: 'muted' }, `Enrichment: ${lead.RevLoops_Enrichment__c.replaceAll('_', ' ')}`),
    lead.RevLoops_Provenance__c && h('details', { dataset: { fold: 'provenance' } },
      h('summary', { dataset: { focus: 'provenance' } }, 'Where this is from'),
      h('div', { class: 'why' }, showReasons(lead.RevLoops_Provenance__c))),
  ];
}

// The first line has the most weight.
function strongest(title, lines) {
  return lines && h('p', {}, h('span', { class: 'muted' }, `${title}: `), lines.split(/\r?\n/)[0].replace(/^([+-]\d+)\s+/, '$1 '));
}

export function convertedCard(lead, related) {
  const opportunity = related.ConvertedOpportunity;
  return [
    h('h2', {}, 'Converted'),
    h('dl', { class: 'pairs' },
      pair('Account', related.ConvertedAccount?.Name), pair('Contact', related.ConvertedContact?.Name),
      lead.ConvertedOpportunityId ? pair('Opportunity', h('a', { href: `#/deals/${lead.ConvertedOpportunityId}`, dataset: { focus: 'deal' } }, opportunity?.Name ?? 'Open')) : pair('Opportunity', undefined), pair('Stage', opportunity?.StageName), pair('Close date', opportunity && value({ type: 'date' }, opportunity.CloseDate)), pair('Converted on', value({ type: 'date' }, lead.ConvertedDate))),
  ];
}

/** All fields of a record, by group, but for those that another card shows. */
export function fieldsCard(lead, names, fields, shown, elsewhere = new Set()) {
  const groups = [['Details', []], ['RevLoops', []], ['System', []]];
  for (const field of fields) {
    const content = lead[field.name];
    if (!(field.name in lead) || field.type === 'address' || elsewhere.has(field.name)) continue;
    if (!shown.empty && (content === null || content === '')) continue;
    const group = field.name.startsWith('RevLoops_') ? 1 : SYSTEM.has(field.name) ? 2 : 0;
    groups[group][1].push([field, content]);
  }
  const toggle = h('input', { type: 'checkbox', id: 'show-empty', checked: shown.empty, dataset: { focus: 'show-empty' }, onchange: () => {
    shown.empty = toggle.checked;
    const card = toggle.closest('.card');
    redraw(card, [lead, names, shown.empty], () => fieldsCard(lead, names, fields, shown, elsewhere));
  } });
  return [
    h('div', { class: 'head' }, h('h2', {}, 'All fields'), h('label', { class: 'check', for: 'show-empty' }, toggle, h('span', {}, 'Show empty fields'))),
    groups.filter(([, rows]) => rows.length > 0).map(([title, rows]) => h('details', { open: title !== 'System', dataset: { fold: title } },
      h('summary', { dataset: { focus: title } }, title),
      h('dl', { class: 'pairs' }, rows.map(([field, content]) => pair(field.label, names[content] ?? value(field, content)))))),
  ];
}

/** A label and its value; nothing where there is none. */
export function pair(label, text) {
  return text === null || text === undefined ? null : h('div', { class: /\n|.{120}/.test(text) ? 'long' : null }, h('dt', {}, label), h('dd', {}, text));
}
