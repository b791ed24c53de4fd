// A lead's whole way as a rep sees it, in a running system: saved on the page, then scored, owned and with its preview on the same page.
//
//     node chain.mjs --url http://127.0.0.1:4571 --chromium /usr/bin/chromium --screenshots .revloops/screenshots --company … --email … --country …
//
// Takes chain-before-*.png right after saving and chain-after-*.png when the task is there.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { run } from './checks.mjs';
import { launch, signIn } from './chromium.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { url: text, chromium: text, screenshots: text, company: text, email: text, country: text, user: { ...text, default: 'admin@northfield.example' }, seconds: { ...text, default: '90' } } });
const NAME = `Rowan Page ${Date.now().toString(36)}`;

const browser = await launch(values.chromium);
const { page, wrong, shoot } = await browser.open(values.url, { screenshots: values.screenshots });
const row = page.getByRole('row').filter({ hasText: NAME });
let lead = '';

const checks = [
  ['a lead is saved on the page', async () => {
    await signIn(page, values.url, values.user);
    await page.getByRole('link', { name: 'New lead' }).click();
    const [first, ...last] = NAME.split(' ');
    for (const [label, value] of [['First Name', first], ['Last Name', last.join(' ')], ['Company', values.company], ['Email', values.email], ['Country', values.country], ['Title', 'Head of Sales']]) {
      await page.getByLabel(label).fill(value);
    }
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: NAME, level: 1 }).waitFor();
    await shoot('chain-before-lead');
    lead = new URL(page.url()).hash;
    await page.goto(`${values.url}/#/leads?find=${encodeURIComponent(NAME)}`);
    await row.waitFor();
    await shoot('chain-before-list');
  }],

  ['the list shows its score, rule and task without a reload', async () => {
    const timeout = Number(values.seconds) * 1000;
    await row.locator('.chip b').waitFor({ timeout });
    await row.locator('.c-rule code').waitFor({ timeout });
    await row.locator('.yes').waitFor({ timeout });
    await shoot('chain-after-list');
  }],

  ['the lead says who owns it and why, and why it has its score', async () => {
    await page.goto(`${values.url}/${lead}`);
    await page.locator('.task').waitFor();
    const owner = await page.locator('.lead-owner .owner').textContent();
    assert.notEqual(owner, await page.locator('#rep').textContent());
    assert.ok(await page.locator('.lead-owner .reasons li').count() > 0, 'the owner has reasons');
    assert.ok(await page.locator('.lead-owner .mark.held').count() > 0, 'a rule held');
    assert.ok(await page.locator('.lead-score .plus').count() > 0, 'a factor gave points');
    const timeline = await page.locator('.timeline li').allTextContents();
    assert.ok(timeline.some((entry) => entry.startsWith('Owner')), timeline.join(' | '));
  }],

  ['its one task previews at least three mails that cite listed facts alone', async () => {
    assert.equal(await page.locator('.task').count(), 1);
    assert.ok(await page.locator('.step').count() >= 3, 'three steps');
    const facts = new Set(await page.locator('.facts dt').allTextContents());
    const cites = await page.locator('.mail .cite').allTextContents();
    assert.ok(cites.length > 0, 'the mails cite');
    assert.deepEqual(cites.filter((cite) => !facts.has(cite)), []);
    assert.equal(await page.locator('.mail .subject').count(), await page.locator('.step').count());
    await shoot('chain-after-lead');
    assert.deepEqual(wrong, []);
  }],
];

try {
  process.exitCode = await run(checks);
} finally {
  await browser.close();
}
