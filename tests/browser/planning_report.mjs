// The planning report as a leader opens it: on a desk, on a phone, in the dark, on paper.
//
//     node planning_report.mjs --url file:///…/plan.html --hostile file:///…/hostile.html --chromium /usr/bin/chromium --screenshots .revloops/screenshots
//
// `--hostile` is a report of a plan whose names are markup, or longer than any name should be.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { run } from './checks.mjs';
import { launch } from './chromium.mjs';

const text = { type: 'string' };
const { values: { url, hostile, chromium, screenshots } } = parseArgs({ options: { url: text, hostile: text, chromium: text, screenshots: text } });

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const browser = await launch(chromium);

/** Opens a report, lets `look` look at it, and holds that nothing went wrong and nothing was loaded. */
async function opened(file, options, look) {
  const { page, wrong, shoot } = await browser.open(file, { ...options, screenshots });
  const loaded = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.goto(file);
  await look(page, shoot);
  assert.deepEqual(wrong, []);
  assert.deepEqual(loaded, [file]);
  await page.context().close();
}

/** How much wider the page is than its window. */
const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** The pictures that can be seen: their label, and every text in them with its place. */
const charts = (page) => page.evaluate(() => [...document.querySelectorAll('svg[role=img]')].filter((svg) => svg.getBoundingClientRect().width > 0).map((svg) => {
  const frame = svg.getBoundingClientRect();
  const place = (element) => { const { left, right, top, bottom } = element.getBoundingClientRect(); return { left, right, top, bottom, said: element.textContent }; };
  return { label: svg.getAttribute('aria-label'), frame: place(svg), texts: [...svg.querySelectorAll('text')].map(place), tips: svg.querySelectorAll('title').length };
}));

/** Texts of a picture that touch each other, or stick out of it. */
function clashes({ frame, texts }) {
  const found = texts.filter((one) => one.left < frame.left - 1 || one.right > frame.right + 1 || one.bottom > frame.bottom + 1).map((one) => `${one.said} sticks out`);
  texts.forEach((one, at) => texts.slice(at + 1).forEach((other) => {
    // Boxes of lines have room above and below the letters.
    const apart = one.right <= other.left || other.right <= one.left || one.bottom - 3 <= other.top || other.bottom - 3 <= one.top;
    if (!apart) found.push(`${one.said} × ${other.said}`);
  }));
  return found;
}

const status = await run([
  ['on a desk all charts are there, with labels, tooltips and no two texts on each other', () => opened(url, DESK, async (page, shoot) => {
    const seen = await charts(page);
    assert.equal(seen.length, 5, seen.map((chart) => chart.label).join('\n'));
    for (const chart of seen) {
      assert.ok(chart.label.length > 20, chart.label);
      assert.ok(chart.tips > 2, chart.label);
      assert.deepEqual(clashes(chart), [], chart.label);
    }
    assert.ok(await tooWide(page) <= 0);
    await shoot('plan-desk');
  })],
  ['on a phone nothing is wider than the screen, and the charts are those for phones', () => opened(url, PHONE, async (page, shoot) => {
    assert.ok(await tooWide(page) <= 0);
    const seen = await charts(page);
    assert.equal(seen.length, 5);
    for (const chart of seen) {
      assert.ok(chart.frame.right - chart.frame.left > 280, 'letters stay as large as they were meant');
      assert.deepEqual(clashes(chart), [], chart.label);
    }
    await shoot('plan-phone');
  })],
  ['in the dark the page is dark and its text can be read', () => opened(url, { ...DESK, dark: true }, async (page, shoot) => {
    const contrast = await page.evaluate(() => {
      const channels = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((part) => { const share = part / 255; return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; });
      const light = (colour) => { const [red, green, blue] = channels(colour); return 0.2126 * red + 0.7152 * green + 0.0722 * blue; };
      const card = light(getComputedStyle(document.querySelector('section')).backgroundColor);
      const against = (selector, property) => { const other = light(getComputedStyle(document.querySelector(selector))[property]); return (Math.max(card, other) + 0.05) / (Math.min(card, other) + 0.05); };
      return { card, text: against('td', 'color'), soft: against('.soft', 'color'), axis: against('.grid text', 'fill') };
    });
    assert.ok(contrast.card < 0.05, `the card is light: ${contrast.card}`);
    for (const name of ['text', 'soft', 'axis']) assert.ok(contrast[name] >= 4.5, `${name}: ${contrast[name]}`);
    await shoot('plan-dark');
  })],
  ['on paper it is light, and every table fits', () => opened(url, { width: 700, height: 1000, dark: true }, async (page) => {
    await page.emulateMedia({ media: 'print' });
    const cut = await page.evaluate(() => [...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute('aria-label')));
    assert.deepEqual(cut, []);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  })],
  ['every chart has its figures as a table as well', () => opened(url, DESK, async (page) => {
    for (const name of ['Capacity by month', 'Simulated bookings by month', 'Every change']) {
      assert.ok(await page.locator(`[role=region][aria-label="${name}"] tbody tr`).count() > 2, name);
    }
  })],
  ['names that are markup are shown as they are, and names that are too long break nothing', () => opened(hostile, PHONE, async (page) => {
    assert.equal(await page.locator('script, img, iframe').count(), 0);
    assert.ok((await page.locator('body').innerText()).includes('<img src=x onerror=alert(1)>'));
    assert.ok(await tooWide(page) <= 0);
    for (const chart of await charts(page)) assert.deepEqual(clashes(chart), [], chart.label);
  })],
]);
await browser.close();
process.exit(status);
