// The list of deals, by close date.

import { query, Refused } from '/page/api.js';
import { every, fill, h, redraw } from '/page/dom.js';
import { value } from '/page/format.js';

const REFRESH_MS = 2000;
const MOST = 100;
const COLUMNS = ['Name', 'Company', 'Stage', 'Close', 'Play', 'Owner'];

export function showDeals(main) {
  document.title = 'Deals · Stand-in CRM';
  let asking = 0;
  const rows = h('tbody', { role: 'rowgroup' });
  const table = h('table', { class: 'leads', role: 'table', 'aria-labelledby': 'deals-title' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map((name) => h('th', { scope: 'col', role: 'columnheader', class: `c-${name.toLowerCase()}` }, name)))),
    rows);
  const empty = h('p', { class: 'empty', hidden: true }, 'There are no deals yet: convert a lead.');
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });

  const refresh = async () => {
    const turn = ++asking;
    try {
      const deals = await query(`SELECT Id, Name, StageName, CloseDate, IsClosed, IsWon, Account.Name, Owner.Name, RevLoops_Play__c FROM Opportunity ORDER BY IsClosed, CloseDate, Id LIMIT ${MOST}`);
      if (turn !== asking) return;
      problem.hidden = true;
      table.hidden = deals.length === 0;
      empty.hidden = deals.length > 0;
      redraw(rows, deals, () => deals.map(row));
    } catch (error) {
      if (turn !== asking) return;
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };

  fill(main, h('div', { class: 'head' }, h('h1', { id: 'deals-title' }, 'Deals')), problem, h('div', { class: 'card flush spaced' }, table, empty));
  refresh();
  const stop = every(REFRESH_MS, refresh);
  return () => {
    asking += 1;
    stop();
  };
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
