// The list of deals, by close date.

import { query } from '/page/api.js';
import { fill, h, redraw } from '/page/dom.js';
import { value } from '/page/format.js';
import { keepFresh, problemLine } from '/page/fresh.js';

const MOST = 100;
const COLUMNS = ['Name', 'Company', 'Stage', 'Close', 'Play', 'Owner'];

export function showDeals(main) {
  document.title = 'Deals · Stand-in CRM';
  const rows = h('tbody', { role: 'rowgroup' });
  const table = h('table', { class: 'leads', role: 'table', 'aria-labelledby': 'deals-title' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map((name) => h('th', { scope: 'col', role: 'columnheader', class: `c-${name.toLowerCase()}` }, name)))),
    rows);
  const empty = h('p', { class: 'empty', hidden: true }, 'There are no deals yet: convert a lead.');
  const problem = problemLine();

  fill(main, h('div', { class: 'head' }, h('h1', { id: 'deals-title' }, 'Deals')), problem, h('div', { class: 'card flush spaced' }, table, empty));
  const look = () => query(`SELECT Id, Name, StageName, CloseDate, IsClosed, IsWon, Account.Name, Owner.Name, RevLoops_Play__c FROM Opportunity ORDER BY IsClosed, CloseDate, Id LIMIT ${MOST}`);
  return keepFresh(problem, look, (deals) => {
    table.hidden = deals.length === 0;
    empty.hidden = deals.length > 0;
    redraw(rows, deals, () => deals.map(row));
  }).stop;
}

function row(deal) {
  const cell = (name, ...content) => h('td', { role: 'cell', class: `c-${name.toLowerCase()}`, dataset: { label: name } }, content);
  return h('tr', { role: 'row' },
    h('th', { role: 'rowheader', scope: 'row', class: 'c-name' }, h('a', { href: `#/deals/${deal.Id}`, dataset: { focus: deal.Id } }, deal.Name)),
    cell('Company', deal.Account?.Name ?? ''),
    cell('Stage', stageChip(deal)),
    cell('Close', value({ type: 'date' }, deal.CloseDate)),
    cell('Play', deal.RevLoops_Play__c ? h('code', {}, deal.RevLoops_Play__c) : h('span', { class: 'muted' }, '–')),
    cell('Owner', deal.Owner?.Name ?? ''));
}

/** A deal's stage, with a colour once it is won or lost. */
export function stageChip(deal) {
  return h('span', { class: deal.IsWon ? 'status won' : deal.IsClosed ? 'chip out' : 'status' }, deal.StageName ?? '');
}
