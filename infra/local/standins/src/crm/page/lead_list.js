// The list of leads: mine or all, searched, sorted, refreshed in place.

import { containing, count, literal, query, session } from '/page/api.js';
import { announce, fill, h, redraw } from '/page/dom.js';
import { age, isQueue, when } from '/page/format.js';
import { keepFresh, problemLine } from '/page/fresh.js';

const PAGE = 50;
const SORTS = {
  newest: ['Newest first', 'CreatedDate DESC, Id DESC'],
  score: ['Highest score', 'RevLoops_Score__c DESC NULLS LAST, CreatedDate DESC, Id DESC'],
  name: ['Name', 'Name, Id'],
  company: ['Company', 'Company, Name, Id'],
};
const COLUMNS = ['Name', 'Company', 'Score', 'Status', 'Owner', 'Rule', 'Task', 'Age'];

export function showLeads(main, search) {
  document.title = 'Leads · Stand-in CRM';
  const asked = {
    show: search.get('show') === 'mine' ? 'mine' : 'all',
    find: search.get('find') ?? '',
    sort: Object.hasOwn(SORTS, search.get('sort') ?? '') ? search.get('sort') : 'newest',
    page: Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1),
  };
  let live = true;

  const rows = h('tbody', { role: 'rowgroup' });
  const summary = h('p', { class: 'muted', id: 'summary' }, 'Loading…');
  const problem = problemLine();
  const empty = h('div', { class: 'empty', hidden: true });
  const pages = h('nav', { class: 'pages', 'aria-label': 'Pages' });
  const table = h('table', { class: 'leads', role: 'table', 'aria-labelledby': 'leads-title', 'aria-describedby': 'summary' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map((name) => h('th', { scope: 'col', role: 'columnheader', class: `c-${name.toLowerCase()}` }, name)))),
    rows);

  const look = () => {
    const { where, page, sort } = { where: condition(asked), page: asked.page, sort: SORTS[asked.sort][1] };
    return Promise.all([
      query(`SELECT Id, Name, Company, Status, OwnerId, Owner.Name, CreatedDate, IsConverted, RevLoops_Score__c, RevLoops_Band__c, RevLoops_Rule__c, RevLoops_Disqualified_Reason__c, (SELECT Id FROM Tasks) FROM Lead${where} ORDER BY ${sort} LIMIT ${PAGE} OFFSET ${(page - 1) * PAGE}`),
      count(`SELECT COUNT() FROM Lead${where}`),
    ]);
  };

  const drawSummary = (total) => {
    const text = total === 1 ? '1 lead' : `${total} leads`;
    if (summary.textContent !== text) {
      summary.textContent = text;
      announce(text);
    }
    table.hidden = total === 0;
    empty.hidden = total > 0;
    redraw(empty, { ...asked, page: 0 }, () => [
      h('p', {}, asked.find ? 'No lead matches the search.' : asked.show === 'mine' ? 'You own no leads.' : 'There are no leads yet.'),
      h('p', {}, h('a', { href: '#/new' }, 'Create a lead')),
    ]);
    const last = Math.max(1, Math.ceil(total / PAGE));
    redraw(pages, [asked.page, last], () => last === 1 && asked.page === 1 ? [] : [
      h('button', { type: 'button', disabled: asked.page <= 1, dataset: { focus: 'previous' }, onclick: () => ask({ page: asked.page - 1 }) }, 'Previous'),
      h('span', {}, `Page ${asked.page} of ${last}`),
      h('button', { type: 'button', disabled: asked.page >= last, dataset: { focus: 'next' }, onclick: () => ask({ page: asked.page + 1 }) }, 'Next'),
    ]);
  };

  const ask = (change) => {
    Object.assign(asked, { page: 1 }, change);
    const address = new URLSearchParams();
    if (asked.show !== 'all') address.set('show', asked.show);
    if (asked.find) address.set('find', asked.find);
    if (asked.sort !== 'newest') address.set('sort', asked.sort);
    if (asked.page !== 1) address.set('page', String(asked.page));
    history.replaceState(null, '', `#/leads${address.size > 0 ? `?${address}` : ''}`);
    return kept.refresh();
  };

  let typing = 0;
  const find = h('input', { id: 'find-lead', type: 'search', value: asked.find, autocomplete: 'off', placeholder: 'Name, company or e-mail address',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => ask({ find: find.value.trim() }), 200);
    } });
  const choice = (value, text) => h('label', {},
    h('input', { type: 'radio', name: 'show', value, checked: asked.show === value, onchange: () => ask({ show: value }) }), h('span', {}, text));
  const sort = h('select', { id: 'sort-leads', onchange: () => ask({ sort: sort.value }) },
    Object.entries(SORTS).map(([value, [text]]) => h('option', { value, selected: asked.sort === value }, text)));
  const pause = h('button', { type: 'button', class: 'quiet live', 'aria-pressed': 'true', onclick: () => {
    live = !live;
    pause.setAttribute('aria-pressed', String(live));
    if (live) kept.refresh();
  } }, 'Live');

  fill(main,
    h('div', { class: 'head' }, h('div', {}, h('h1', { id: 'leads-title' }, 'Leads'), summary), h('div', { class: 'actions' }, pause)),
    h('div', { class: 'filters', role: 'search', 'aria-label': 'Leads' },
      h('fieldset', { class: 'choice' }, h('legend', { class: 'hidden' }, 'Whose leads'), choice('all', 'All leads'), choice('mine', 'My leads')),
      h('div', { class: 'grow' }, h('label', { for: 'find-lead', class: 'hidden' }, 'Search leads'), find),
      h('div', {}, h('label', { for: 'sort-leads', class: 'hidden' }, 'Sort by'), sort)),
    problem, h('div', { class: 'card flush' }, table, empty), pages);

  const kept = keepFresh(problem, look, ([records, total]) => {
    drawRows(rows, records);
    drawSummary(total);
  }, { live: () => live });
  return () => {
    clearTimeout(typing);
    kept.stop();
  };
}

function condition(asked) {
  const parts = [];
  if (asked.show === 'mine') parts.push(`OwnerId = ${literal(session().userId)}`);
  if (asked.find) {
    const like = containing(asked.find);
    parts.push(`(Name LIKE ${like} OR Company LIKE ${like} OR Email LIKE ${like})`);
  }
  return parts.length > 0 ? ` WHERE ${parts.join(' AND ')}` : '';
}

// Rows are kept by the lead's id and only moved where the order has changed: moving an element takes the focus from it.
function drawRows(body, records) {
  const now = Date.now();
  const kept = new Map([...body.children].map((row) => [row.dataset.id, row]));
  records.forEach((lead, at) => {
    const row = kept.get(lead.Id) ?? newRow(lead.Id);
    kept.delete(lead.Id);
    const cells = row.children;
    redraw(cells[0], [lead.Id, lead.Name], () => h('a', { href: `#/leads/${lead.Id}`, dataset: { focus: 'name' } }, lead.Name));
    redraw(cells[1], lead.Company, () => lead.Company ?? '');
    redraw(cells[2], [lead.RevLoops_Score__c, lead.RevLoops_Band__c, lead.RevLoops_Disqualified_Reason__c], () => scoreChip(lead));
    redraw(cells[3], [lead.Status, lead.IsConverted], () => h('span', { class: lead.IsConverted ? 'status won' : 'status' }, lead.Status ?? ''));
    redraw(cells[4], [lead.OwnerId, lead.Owner?.Name], () => owner(lead));
    redraw(cells[5], lead.RevLoops_Rule__c, () => lead.RevLoops_Rule__c ? h('code', { title: lead.RevLoops_Rule__c }, lead.RevLoops_Rule__c) : h('span', { class: 'muted' }, '–'));
    // A converted lead's tasks are its contact's.
    redraw(cells[6], [lead.Tasks?.totalSize ?? 0, lead.IsConverted], ([tasks]) => tasks > 0
      ? h('span', { class: 'yes' }, tasks === 1 ? 'Yes' : `Yes (${tasks})`) : h('span', { class: 'muted' }, lead.IsConverted ? '–' : 'No'));
    redraw(cells[7], age(lead.CreatedDate, now), (text) => h('time', { datetime: lead.CreatedDate, title: when(lead.CreatedDate) }, text));
    if (body.children[at] !== row) body.insertBefore(row, body.children[at] ?? null);
  });
  for (const gone of kept.values()) gone.remove();
}

function newRow(id) {
  return h('tr', { role: 'row', dataset: { id } }, COLUMNS.map((name, at) => h(at === 0 ? 'th' : 'td',
    { role: at === 0 ? 'rowheader' : 'cell', scope: at === 0 ? 'row' : null, class: `c-${name.toLowerCase()}`, dataset: { label: name } })));
}

/** A lead's score and band, or why it has none. */
export function scoreChip(lead) {
  if (lead.RevLoops_Disqualified_Reason__c) return h('span', { class: 'chip out', title: lead.RevLoops_Disqualified_Reason__c }, 'Disqualified');
  if (lead.RevLoops_Score__c === null || lead.RevLoops_Score__c === undefined) return h('span', { class: 'muted' }, 'Not scored');
  const band = lead.RevLoops_Band__c ?? '';
  return h('span', { class: `chip band-${/^[A-Da-d]$/.test(band) ? band.toLowerCase() : 'other'}` },
    band && h('b', {}, band), h('span', {}, String(lead.RevLoops_Score__c)));
}

/** A lead's owner, with a mark where it is a queue. */
export function owner(lead) {
  return h('span', { class: 'owner' }, lead.Owner?.Name ?? lead.OwnerId, isQueue(lead.OwnerId) && h('span', { class: 'tag' }, 'Queue'));
}
