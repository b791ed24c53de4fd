// Starts the page: who is signed in, and which view the address asks for.

import { session, signOut, query, Refused } from '/page/api.js';
import { fill, h } from '/page/dom.js';
import { initials } from '/page/format.js';
import { showDeals } from '/page/deal_list.js';
import { showDeal } from '/page/deal_page.js';
import { showLeads } from '/page/lead_list.js';
import { showLead } from '/page/lead_page.js';
import { showLeadForm } from '/page/lead_form.js';
import { showSignIn } from '/page/sign_in.js';
import { showTasks } from '/page/task_list.js';

const main = document.getElementById('main');
let leave = () => {};
let named = '';

const VIEWS = [
  [/^#\/leads$/, 'leads', (_, search) => showLeads(main, search)],
  [/^#\/leads\/([0-9A-Za-z]{15,18})$/, 'leads', ([, id]) => showLead(main, id)],
  [/^#\/deals$/, 'deals', () => showDeals(main)],
  [/^#\/deals\/(006[0-9A-Za-z]{12,15})$/, 'deals', ([, id]) => showDeal(main, id)],
  [/^#\/tasks$/, 'tasks', (_, search) => showTasks(main, search)],
  [/^#\/new$/, 'new', () => showLeadForm(main)],
];

async function show() {
  leave();
  leave = () => {};
  const rep = session();
  header(rep);
  if (!rep) {
    leave = showSignIn(main, show);
    return;
  }
  const [path, search = ''] = (location.hash || '#/leads').split('?');
  for (const [pattern, name, view] of VIEWS) {
    const match = pattern.exec(path);
    if (!match) continue;
    for (const link of document.querySelectorAll('[data-nav]')) {
      if (link.dataset.nav === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    leave = view(match, new URLSearchParams(search)) ?? leave;
    return;
  }
  document.title = 'Not found · Stand-in CRM';
  fill(main, h('div', { class: 'empty' }, h('h1', {}, 'There is no such page'), h('p', {}, h('a', { href: '#/leads' }, 'Go to the leads'))));
}

function header(rep) {
  document.getElementById('bar').hidden = !rep;
  document.getElementById('rep').textContent = rep?.name ?? '';
  document.getElementById('avatar').textContent = rep ? initials(rep.name) : '';
  if (rep && named !== rep.userId) organization(rep.userId);
}

async function organization(repId) {
  named = repId;
  try {
    const [record] = await query('SELECT Name FROM Organization LIMIT 1');
    document.getElementById('organization').textContent = record?.Name || 'CRM';
  } catch {
    named = '';
  }
}

document.getElementById('sign-out').addEventListener('click', () => {
  signOut();
  show();
});

// A session that has ended is no error to look at: sign in again and come back to the same address.
window.addEventListener('unhandledrejection', (event) => {
  if (!(event.reason instanceof Refused) || event.reason.status !== 401) return;
  event.preventDefault();
  signOut();
  show();
});

window.addEventListener('hashchange', async () => {
  await show();
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
show();
