// The page: loads the data, shows the part that the address names, and keeps header, filters and focus right.

import { card, failed } from './card.js';
import { load, Missing } from './data.js';
import { el } from './dom.js';
import { chosen, showFilters } from './filters.js';
import { show, useCurrency } from './format.js';
import { showFreshness } from './freshness_line.js';
import activity from './pages/activity.js';
import costs from './pages/costs.js';
import freshness from './pages/freshness.js';
import lineage from './pages/lineage.js';
import overview from './pages/overview.js';
import plan from './pages/plan.js';
import routing from './pages/routing.js';
import speed from './pages/speed.js';
import sql from './pages/sql.js';
import { current, link } from './route.js';
import { SqlBox } from './sql_box.js';

const PAGES = [overview, speed, routing, costs, plan, activity, lineage, freshness, sql];
const SHARED = ['range', 'from', 'to', 'source', 'band'];
const at = (id) => document.getElementById(id);

let data = null;
let shownPage = null;
let drawing = 0;
const sqlBox = new SqlBox(async () => data);

/** The links to all pages; the chosen days, source and band go along. */
function showNavigation(page, params) {
  const shared = new URLSearchParams([...params].filter(([name]) => SHARED.includes(name)));
  at('pages').replaceChildren(...PAGES.map(({ id, title }) => el('a', { href: link(id, shared), 'aria-current': id === page.id ? 'page' : null }, title)));
}

async function draw() {
  if (!data) return;
  const turn = ++drawing;
  const { page: id, params } = current();
  const page = PAGES.find((one) => one.id === id) ?? overview;
  const filter = chosen(params, data.known);
  const main = at('content');
  main.setAttribute('aria-busy', 'true');
  delete main.dataset.ready;
  showNavigation(page, params);
  showFilters(at('filters'), page.filters, filter, data.known);
  document.title = `${page.title} – RevLoops analytics`;
  const { rows, present, first } = data;
  const context = { rows, present, first, manifest: data.manifest, filter, params, sqlBox };
  const parts = await Promise.all(page.parts.map(([part, title, make]) => make({ ...context, card: (shown) => card({ id: part, title, ...shown }) }).catch((error) => {
    if (!(error instanceof Missing)) console.error(error);
    return failed({ id: part, title, why: error.message });
  })));
  // Another draw may have begun in the meantime: the newest counts.
  if (turn !== drawing) return;
  const cards = parts.flat().filter(Boolean);
  // An odd number of halves would leave a hole: the last one takes the whole line.
  const halves = cards.filter((one) => one.matches('.card:not(.wide)'));
  if (halves.length % 2 === 1) halves.at(-1).classList.add('wide');
  const heading = el('h1', { tabindex: -1 }, page.title);
  main.replaceChildren(heading, el('p', { class: 'soft intro' }, page.intro), el('div', { class: 'cards' }, cards));
  main.setAttribute('aria-busy', 'false');
  main.dataset.ready = page.id;
  if (shownPage && shownPage !== page.id) {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  shownPage = page.id;
}

function progress(loaded, total) {
  const line = at('loading');
  if (line) line.textContent = `Loading the query engine: ${show(loaded, 'bytes')}${total ? ` of ${show(total, 'bytes')}` : ''}`;
}

async function reload() {
  const button = at('reload');
  button.disabled = true;
  try {
    const fresh = await load(progress);
    data?.stop();
    sqlBox.forget();
    data = fresh;
    useCurrency(data.manifest.currency);
    at('foot').textContent = `Times and days are ${data.manifest.time_zone}. Money is in ${data.manifest.currency}. Everyone who may open this page sees the same numbers.`;
    showFreshness(at('fresh'), at('warnings'), data, Date.now());
    await draw();
  } catch (error) {
    console.warn(error);
    const notice = el('p', { class: 'notice bad', role: 'alert' }, `The numbers could not be loaded: ${error.message}.`);
    if (data) at('warnings').replaceChildren(notice);
    else at('content').replaceChildren(notice);
  } finally {
    button.disabled = false;
  }
}

addEventListener('hashchange', draw);
at('reload').addEventListener('click', reload);
at('filters').addEventListener('submit', (event) => event.preventDefault());
document.querySelector('.skip').addEventListener('click', (event) => {
  // The address is the router's; the link only moves the focus.
  event.preventDefault();
  at('content').focus();
});
setInterval(() => data && showFreshness(at('fresh'), at('warnings'), data, Date.now()), 30_000);
reload();
