// One lead: who owns it and why, its score and the reasons, its tasks, what happened to it, and all its fields.

import { describe, literal, query, read } from '/page/api.js';
import { h, redraw } from '/page/dom.js';
import { keepFresh, recordPage } from '/page/fresh.js';
import { convertedCard, fieldsCard, head, ownerCard, scoreCard } from '/page/lead_cards.js';
import { TASK_FIELDS, tasksCard } from '/page/tasks.js';
import { timeline, timelineCard } from '/page/timeline.js';

export function showLead(main, id) {
  document.title = 'Lead · Stand-in CRM';
  const crumb = h('a', { href: '#/leads' }, '← Leads');
  const { parts, problem, place } = recordPage(main, 'lead', crumb, ['head', 'owner', 'score', 'converted', 'tasks', 'timeline', 'fields']);
  const shown = { empty: false };
  return keepFresh(problem, () => Promise.all([look(id), describe('Lead')]), ([seen, object], refresh) => {
    place([parts.tasks, parts.timeline], [parts.owner, parts.score, parts.converted]);
    draw(parts, seen, object.fields, shown, refresh);
  }, { missing: 'There is no such lead.' }).stop;
}

// All that the page shows of a lead, with the names that its ids stand for.
async function look(id) {
  const lead = await read('Lead', id);
  const who = [lead.Id, lead.ConvertedContactId].filter(Boolean).map(literal).join(', ');
  const [[related], tasks, history] = await Promise.all([
    query(`SELECT Owner.Name, CreatedBy.Name, LastModifiedBy.Name, ConvertedAccount.Name, ConvertedContact.Name, ConvertedOpportunity.Name, ConvertedOpportunity.StageName, ConvertedOpportunity.CloseDate FROM Lead WHERE Id = ${literal(lead.Id)}`),
    query(`SELECT ${TASK_FIELDS} FROM Task WHERE WhoId IN (${who}) ORDER BY CreatedDate DESC, Id DESC`),
    query(`SELECT Id, Field, OldValue, NewValue, CreatedDate, CreatedBy.Name FROM LeadHistory WHERE LeadId = ${literal(lead.Id)} ORDER BY CreatedDate, Id`),
  ]);
  // Without a prototype: a field whose text is `constructor` has no name here.
  const names = Object.assign(Object.create(null), await namesOf(history), { [lead.OwnerId]: related?.Owner?.Name });
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
  redraw(parts.score, [lead.RevLoops_Score__c, lead.RevLoops_Band__c, lead.RevLoops_Score_Reasons__c, lead.RevLoops_Disqualified_Reason__c, lead.RevLoops_Enrichment__c, lead.RevLoops_Reasons_For__c, lead.RevLoops_Reasons_Against__c, lead.RevLoops_Provenance__c], () => scoreCard(lead));
  parts.converted.hidden = !lead.IsConverted;
  redraw(parts.converted, lead.IsConverted && related, () => lead.IsConverted ? convertedCard(lead, related) : []);
  redraw(parts.tasks, tasks, () => tasksCard(tasks, refresh));
  redraw(parts.timeline, timeline(lead, history, tasks, names), timelineCard);
  redraw(parts.fields, [lead, names, shown.empty], () => fieldsCard(lead, names, fields, shown));
}
