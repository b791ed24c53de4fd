// The static BI site as a leader opens it: dashboards and the SQL box, on a desk and on a phone, by keyboard, with old and with missing data.
//
//     node bi_site.mjs --url http://127.0.0.1:4580/bi/ --chromium /usr/bin/chromium --screenshots .revloops/screenshots [--params range=all]
//
// Prints one line `figures {…}`: every key figure's raw value as shown on the desk, for whoever counts them another way.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { barriers, pale } from './barriers.mjs';
import { run } from './checks.mjs';
import { launch } from './chromium.mjs';

const text = { type: 'string' };
const { values: { url, chromium, screenshots, params } } = parseArgs({ options: { url: text, chromium: text, screenshots: text, params: { ...text, default: 'range=all' } } });

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 812 };
const NARROW = { width: 360, height: 740 };
const PAGES = ['overview', 'speed', 'routing', 'costs', 'plan', 'activity', 'lineage', 'freshness', 'sql'];
const LOADED = 60_000;

const browser = await launch(chromium);

/** Opens the site on a page, lets `look` look at it, and holds that nothing went wrong and nothing came from elsewhere. */
async function opened(options, hash, look, { prepare = async () => {} } = {}) {
  const { page, wrong, shoot } = await browser.open(url, { ...options, screenshots });
  await prepare(page);
  await page.goto(`${url}#/${hash}`);
  await look(page, shoot);
  assert.deepEqual(wrong, []);
  await page.context().close();
}

const ready = (page, id) => page.locator(`main[data-ready="${id}"]`).waitFor({ timeout: LOADED });
const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** Goes to a page within the site, and waits until it and its charts are drawn. */
async function turnTo(page, id) {
  await page.evaluate((hash) => { location.hash = hash; }, `#/${id}?${params}`);
  await ready(page, id);
  await drawn(page);
}

/** Every place of a chart holds one. */
const drawn = (page) => page.waitForFunction(() => [...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg')));

/** Charts that have no shape in them, texts that stick out of them, and cards that show nothing at all. */
const faults = (page) => page.evaluate(() => {
  const found = [];
  for (const svg of document.querySelectorAll('.chart svg[role=img]')) {
    if (!svg.querySelector('rect, path, circle, line')) found.push(`nothing is drawn in ${svg.ariaLabel}`);
    const frame = svg.getBoundingClientRect();
    for (const label of svg.querySelectorAll('text')) {
      const { left, right, bottom } = label.getBoundingClientRect();
      if (left < frame.left - 2 || right > frame.right + 2 || bottom > frame.bottom + 2) found.push(`${label.textContent} sticks out of ${svg.ariaLabel}`);
    }
  }
  for (const card of document.querySelectorAll('.card')) if (!card.querySelector('.chart svg, table, .empty, textarea, details')) found.push(`${card.id} is empty`);
  return found;
});

const figuresOf = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('[data-figure]')].map(({ dataset: { figure, value } }) => [figure, value === '' ? null : Number(value)])));

async function ask(page, sql) {
  await page.getByLabel('SQL', { exact: true }).fill(sql);
  await page.getByLabel('SQL', { exact: true }).press('Control+Enter');
}

/** A copy of the manifest with `changes`, as if it had been published so. */
const published = (changes) => async (page) => page.route('**/marts/manifest.json', async (route) => {
  const answer = await route.fetch();
  const manifest = await answer.json();
  await route.fulfill({ json: { ...manifest, ...changes(manifest) } });
});

const figures = {};

const status = await run([
  ['on a desk every page has its figures and charts, and nothing sticks out', () => opened(DESK, `overview?${params}`, async (page, shoot) => {
    await ready(page, 'overview');
    for (const id of PAGES) {
      await turnTo(page, id);
      assert.deepEqual(await faults(page), [], id);
      assert.ok(await tooWide(page) <= 0, id);
      Object.assign(figures, await figuresOf(page));
      await shoot(`bi-${id}-desk`);
    }
    for (const name of ['created', 'routed', 'won', 'runs', 'routed_leads', 'total_microusd', 'lake_rows']) assert.ok(Number.isFinite(figures[name]), `${name}: ${figures[name]}`);
    // A figure may have no value, but it must be there.
    for (const name of ['won_cents', 'within_sla', 'largest_drift', 'signals_detected', 'milestones_due', 'lineage_deals_won']) assert.ok(name in figures, name);
    console.log(`figures ${JSON.stringify(figures)}`);
  })],
  ['the first charts have bars', () => opened(DESK, `overview?${params}`, async (page) => {
    await ready(page, 'overview');
    await drawn(page);
    for (const id of ['funnel', 'created-by-band', 'sources', 'runs']) assert.ok(await page.locator(`#${id} .chart [aria-label=bar] rect, #${id} .chart [aria-label=rect] rect`).count() > 0, id);
    const said = await page.locator('#funnel svg[role=img]').getAttribute('aria-label');
    assert.match(said, /^From created to won\. .*leads?/);
  })],
  ['a chart and its table say the same', () => opened(DESK, `overview?${params}`, async (page) => {
    await ready(page, 'overview');
    await page.locator('#funnel summary').click();
    const row = await page.locator('#funnel tbody tr').first().locator('td').allInnerTexts();
    assert.equal(row[1], await page.locator('[data-figure=created]').innerText());
    assert.ok((await page.locator('#funnel svg[role=img] text').allTextContents()).some((label) => label.startsWith(`${row[1]} ·`)));
  })],
  ['on a phone nothing is wider than the screen', () => opened(PHONE, `overview?${params}`, async (page, shoot) => {
    await ready(page, 'overview');
    for (const id of PAGES) {
      await turnTo(page, id);
      for (const summary of await page.locator('main summary').all()) await summary.click();
      assert.ok(await tooWide(page) <= 0, id);
      for (const summary of await page.locator('main summary').all()) await summary.click();
      assert.deepEqual(await faults(page), [], id);
      await shoot(`bi-${id}-phone`);
    }
  })],
  ['nor on the narrowest one, and it is dark where that is wanted', () => opened({ ...NARROW, dark: true }, `overview?${params}`, async (page, shoot) => {
    await ready(page, 'overview');
    for (const id of PAGES) {
      await turnTo(page, id);
      assert.ok(await tooWide(page) <= 0, id);
      assert.deepEqual(await pale(page), [], id);
    }
    await turnTo(page, 'overview');
    await shoot('bi-overview-phone-dark');
  })],
  ['a screen reader gets everything, and all text has contrast enough', () => opened(DESK, `overview?${params}`, async (page) => {
    await ready(page, 'overview');
    for (const id of PAGES) {
      await turnTo(page, id);
      assert.deepEqual(await barriers(page), [], id);
      assert.deepEqual(await pale(page), [], id);
    }
  })],
  ['by keyboard alone one gets to another page and its heading', () => opened(DESK, `overview?${params}`, async (page) => {
    await ready(page, 'overview');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the numbers');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid', 'the focus is seen');
    await page.keyboard.press('Enter');
    await ready(page, 'routing');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Routing');
    assert.match(await page.title(), /^Routing/);
  })],
  ['days are chosen, stand in the address and go along to the next page', () => opened(DESK, 'overview', async (page) => {
    await ready(page, 'overview');
    await page.getByLabel('Days (UTC)').selectOption('7');
    await page.waitForFunction(() => location.hash.includes('range=7'));
    await page.getByRole('link', { name: 'Costs' }).click();
    await ready(page, 'costs');
    assert.equal(await page.getByLabel('Days (UTC)').inputValue(), '7');
    await page.getByLabel('From', { exact: true }).fill('1999-01-01');
    await page.getByLabel('To', { exact: true }).fill('1999-01-02');
    await page.locator('#costs-by-time .empty').waitFor();
    assert.equal(await page.locator('#costs-by-time .empty').innerText(), 'Nothing was spent in this time.');
    assert.equal(await page.locator('[data-figure=total_microusd]').getAttribute('data-value'), '0');
  })],
  ['a query is answered, with its time and rows, and kept as a CSV file', () => opened(DESK, 'sql', async (page, shoot) => {
    await ready(page, 'sql');
    await ask(page, "SELECT * FROM (VALUES (1, 'a,\"b\"', DATE '2026-02-03'), (2, '=1+1', NULL)) AS t(n, name, day) ORDER BY n");
    await page.locator('#result tbody tr').nth(1).waitFor({ timeout: LOADED });
    assert.match(await page.locator('#query-status').innerText(), /^2 rows, in [\d.,]+\s(ms|s)\.$/);
    assert.deepEqual(await page.locator('#result tbody tr').nth(1).locator('td').allInnerTexts(), ['2', '=1+1', '–']);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()]);
    const parts = [];
    for await (const part of await file.createReadStream()) parts.push(part);
    assert.equal(Buffer.concat(parts).toString(), '\ufeffn,name,day\r\n1,"a,""b""",2026-02-03\r\n2,\'=1+1,\r\n');
    await ask(page, 'SELECT sum(created) AS created FROM funnel_daily');
    await page.locator('#result th').filter({ hasText: 'created' }).waitFor();
    const answer = await page.locator('#result td').innerText();
    assert.equal(Number(answer.replaceAll(',', '')), figures.created);
    assert.match(page.url(), /#\/sql\?q=SELECT\+sum/);
    await shoot('bi-sql-answer');
  })],
  ['many rows are cut and it says so', () => opened(DESK, 'sql', async (page) => {
    await ready(page, 'sql');
    await ask(page, 'SELECT range FROM range(200000)');
    await page.locator('#query-status').filter({ hasText: 'More than 10,000 rows' }).waitFor({ timeout: LOADED });
    assert.equal(await page.locator('#result tbody tr').count(), 500);
    await ask(page, 'SELECT 1 AS one');
    await page.locator('#result th').filter({ hasText: 'one' }).waitFor();
  })],
  ['a wrong query says what is wrong, readable, and keeps its text', () => opened(PHONE, 'sql', async (page, shoot) => {
    await ready(page, 'sql');
    const wrong = `SELECT creatd${'_very_long'.repeat(12)} FROM funnel_daily`;
    await ask(page, wrong);
    const alert = page.getByRole('alert').filter({ hasText: 'The query did not run.' });
    await alert.waitFor({ timeout: LOADED });
    const said = await alert.locator('pre').innerText();
    assert.match(said, /Binder Error: Referenced column "creatd[_a-z]+" not found/);
    assert.match(said, /LINE 1/);
    const cut = await alert.locator('pre').evaluate((pre) => pre.scrollWidth - pre.clientWidth);
    assert.ok(cut <= 0, 'the message is not cut');
    assert.ok(await tooWide(page) <= 0);
    assert.equal(await page.getByLabel('SQL', { exact: true }).inputValue(), wrong);
    await shoot('bi-sql-error-phone');
  })],
  ['a long query is cancelled, and the next one runs', () => opened(DESK, 'sql', async (page) => {
    await ready(page, 'sql');
    await ask(page, 'SELECT 1 AS ready');
    await page.locator('#result th').filter({ hasText: 'ready' }).waitFor({ timeout: LOADED });
    await ask(page, 'SELECT count(*) FROM range(100000000) a, range(1000000) b');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#query-status').filter({ hasText: 'Cancelled' }).waitFor();
    await ask(page, 'SELECT count(*) AS marts FROM information_schema.tables');
    await page.locator('#result th').filter({ hasText: 'marts' }).waitFor({ timeout: LOADED });
    assert.ok(Number(await page.locator('#result td').innerText()) >= 1);
  })],
  ['what is typed into the SQL box changes no dashboard and reaches no other host', () => opened(DESK, 'sql', async (page) => {
    await ready(page, 'sql');
    await ask(page, 'DROP TABLE funnel_daily');
    await page.locator('#result .empty').waitFor({ timeout: LOADED });
    for (const [sql, refused] of [
      ["SELECT * FROM read_csv('https://example.com/a.csv')", /Permission Error/],
      ['SET enable_external_access = true', /configuration has been locked/],
      ["SELECT * FROM read_parquet('https://example.com/a.parquet')", /loads nothing from other hosts/],
    ]) {
      await ask(page, sql);
      await page.locator('#query-error pre').filter({ hasText: refused }).waitFor();
    }
    await turnTo(page, 'overview');
    assert.equal((await figuresOf(page)).created, figures.created);
  })],
  ['a link carries a query, which waits to be run', () => opened(DESK, `sql?q=${encodeURIComponent('SELECT 42 AS answer')}`, async (page) => {
    await ready(page, 'sql');
    assert.equal(await page.getByLabel('SQL', { exact: true }).inputValue(), 'SELECT 42 AS answer');
    assert.equal(await page.locator('#result').innerText(), '');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.locator('#result td').filter({ hasText: '42' }).waitFor({ timeout: LOADED });
  })],
  ['the tables are listed with what their columns mean', () => opened(DESK, 'sql', async (page) => {
    await ready(page, 'sql');
    await page.locator('summary').filter({ hasText: 'funnel_daily' }).click();
    const row = page.getByRole('region', { name: 'Columns of funnel_daily' }).locator('tbody tr').filter({ hasText: 'won_cents' });
    const [name, kind, unit, description] = await row.locator('td').allInnerTexts();
    assert.deepEqual([name, kind, unit], ['won_cents', 'whole', 'cents']);
    assert.ok(description.length > 5);
  })],
  ['every page says how fresh the data is, and warns where it is old', () => opened(DESK, `overview?${params}`, async (page, shoot) => {
    await ready(page, 'overview');
    assert.match(await page.locator('#fresh').innerText(), /published 2 hours ago$/);
    await page.getByRole('alert').filter({ hasText: 'These numbers are old' }).waitFor();
    await shoot('bi-old');
  }, { prepare: published(() => ({ generated_at: new Date(Date.now() - 2.5 * 60 * 60 * 1000).toISOString() })) })],
  ['a mart that is missing is named, and the rest is shown', () => opened(DESK, `routing?${params}`, async (page, shoot) => {
    await ready(page, 'routing');
    await page.getByRole('alert').filter({ hasText: 'pool_balance is not published' }).waitFor();
    assert.match(await page.locator('#pools').innerText(), /This needs pool_balance/);
    assert.deepEqual(await faults(page), []);
    assert.equal(await page.locator('[data-figure=largest_unfairness]').innerText(), '–');
    await shoot('bi-missing');
  }, { prepare: published(({ marts }) => ({ marts: marts.filter((mart) => mart.name !== 'pool_balance') })) })],
  ['where nothing is published it says so', () => opened(DESK, 'overview', async (page) => {
    await page.getByRole('alert').filter({ hasText: 'no numbers have been published yet' }).waitFor({ timeout: LOADED });
  }, { prepare: (page) => page.route('**/marts/manifest.json', (route) => route.fulfill({ status: 404, body: '' })) })],
]);
await browser.close();
process.exit(status);
