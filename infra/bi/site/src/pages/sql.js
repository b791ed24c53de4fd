// The SQL box: any question over the published marts, answered in the browser.

import { csv, download } from '../csv.js';
import { el } from '../dom.js';
import { EXAMPLES } from '../examples.js';
import { count, show } from '../format.js';
import { link } from '../route.js';
import { Cancelled, MOST_ROWS } from '../sql_box.js';
import { table } from '../table.js';

const SHOWN_ROWS = 500;
let kept = null;

export default {
  id: 'sql',
  title: 'SQL',
  intro: 'DuckDB runs in this browser over a copy of the marts. Nothing that you do here changes what is published.',
  filters: [],
  parts: [
    ['sql', 'Ask by SQL', async ({ params, sqlBox, manifest }) => {
      const box = editor(sqlBox, params.get('q') ?? kept ?? EXAMPLES[0][1]);
      return [box, schema(manifest)];
    }],
  ],
};

function editor(sqlBox, text) {
  const area = el('textarea', { id: 'query', rows: 8, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', 'aria-describedby': 'query-help' });
  area.value = text;
  const run = el('button', { type: 'button', class: 'main', id: 'run' }, 'Run');
  const cancel = el('button', { type: 'button', id: 'cancel', disabled: true }, 'Cancel');
  const share = el('button', { type: 'button', id: 'share' }, 'Copy link');
  const save = el('button', { type: 'button', id: 'csv', disabled: true }, 'Download CSV');
  const status = el('p', { class: 'soft', id: 'query-status', role: 'status' });
  const error = el('div', { role: 'alert', id: 'query-error' });
  const result = el('div', { id: 'result' });
  let answer = null;

  async function go() {
    if (!cancel.disabled) return;
    const sql = area.value;
    if (sql.trim() === '') {
      status.textContent = 'Write a query first, or choose an example.';
      return;
    }
    // The address is that of this query from now on; writing it must not draw the page again.
    history.replaceState(null, '', address(sql));
    error.replaceChildren();
    result.replaceChildren();
    answer = null;
    save.disabled = true;
    cancel.disabled = false;
    run.disabled = true;
    status.textContent = 'Running…';
    try {
      answer = await sqlBox.run(sql);
      status.textContent = told(answer);
      result.replaceChildren(shown(answer));
      save.disabled = answer.columns.length === 0;
    } catch (problem) {
      if (problem instanceof Cancelled) status.textContent = 'Cancelled. The next query starts a fresh engine.';
      else {
        status.textContent = '';
        error.replaceChildren(el('p', {}, el('strong', {}, 'The query did not run.')), el('pre', { tabindex: 0, 'aria-label': 'DuckDB’s message' }, readable(problem)));
      }
    } finally {
      // The focus must not get lost with a button that can no longer be pressed.
      const focused = document.activeElement === cancel;
      cancel.disabled = true;
      run.disabled = false;
      if (focused) run.focus();
    }
  }

  run.addEventListener('click', go);
  area.addEventListener('input', () => { kept = area.value; });
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    go();
  });
  cancel.addEventListener('click', () => sqlBox.cancel());
  share.addEventListener('click', async () => {
    history.replaceState(null, '', address(area.value));
    status.textContent = await navigator.clipboard.writeText(location.href).then(() => 'The link is copied.', () => 'The link stands in the address bar.');
  });
  save.addEventListener('click', () => download('query.csv', csv(answer)));

  const examples = el('select', { id: 'examples', onchange: () => {
    if (examples.value === '') return;
    area.value = EXAMPLES[Number(examples.value)][1];
    kept = area.value;
    area.focus();
  } }, el('option', { value: '' }, 'Choose…'), EXAMPLES.map(([name], at) => el('option', { value: at }, name)));
  return el('section', { class: 'card wide', 'aria-labelledby': 'sql-title' },
    el('div', { class: 'heads' }, el('h2', { id: 'sql-title' }, 'Query'), el('label', {}, el('span', {}, 'Examples'), examples)),
    el('label', { for: 'query', class: 'unseen' }, 'SQL'), area,
    el('p', { class: 'soft', id: 'query-help' }, 'Ctrl+Enter or ⌘+Enter runs it. A link to this page carries the query; it runs when you say so.'),
    el('div', { class: 'buttons' }, run, cancel, share, save), status, error, result);
}

const address = (sql) => link('sql', new URLSearchParams({ q: sql }));

function told({ rows, more, ms }) {
  const found = more ? `More than ${show(MOST_ROWS)} rows: the first ${show(MOST_ROWS)} were read` : count(rows.length, 'row');
  const cut = rows.length > SHOWN_ROWS ? ` The table shows ${show(SHOWN_ROWS)}; the CSV file has ${show(rows.length)}.` : '';
  return `${found}, in ${show(Math.round(ms), 'ms')}.${cut}`;
}

function shown({ columns, rows }) {
  // DuckDB answers a statement that gives no rows, like CREATE, with an empty column of this name.
  if (columns.length === 0 || (rows.length === 0 && columns.length === 1 && columns[0].name === 'Success')) return el('p', { class: 'empty' }, 'Done: the statement gives no rows.');
  return el('div', {}, table('Result of the query', columns, rows.slice(0, SHOWN_ROWS)), rows.length === 0 ? el('p', { class: 'empty' }, 'No row answers this question.') : null);
}

/** DuckDB's message as it is; where it proposes to load an extension, why that cannot be. */
function readable({ message }) {
  const extension = /exists in the (\w+) extension/.exec(message);
  if (!extension) return message;
  return `${message.split('\n\n')[0]}\n\nThis page loads nothing from other hosts, so DuckDB's extension "${extension[1]}" is not there.`;
}

function schema(manifest) {
  const tables = manifest.marts.map((mart) => el('details', { class: 'schema' },
    el('summary', {}, el('code', {}, mart.name), el('span', { class: 'soft' }, ` ${count(mart.rows, 'row')} · ${mart.title}`)),
    el('p', { class: 'soft' }, mart.description),
    table(`Columns of ${mart.name}`, [{ name: 'name', label: 'Column' }, { name: 'kind', label: 'Kind' }, { name: 'unit', label: 'Unit' }, { name: 'description', label: 'Description' }], mart.columns)));
  return el('section', { class: 'card wide', 'aria-labelledby': 'tables-title' }, el('h2', { id: 'tables-title' }, 'Tables'), el('p', { class: 'soft unit' }, 'Times are UTC; money is in whole cents or millionths of a dollar, as the unit says.'), tables);
}
