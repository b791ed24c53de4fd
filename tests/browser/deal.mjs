// A lead that becomes a deal, as its rep sees it in a running system: converted on its page, planned by the play, then moved; and the task that a
// signal has brought.
//
//     node deal.mjs --url http://127.0.0.1:4571 --chromium /usr/bin/chromium --screenshots .revloops/screenshots --lead 00Q… --user … --about …
//
// `--about` is a link that the preview of a signal's task has to have.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { run } from './checks.mjs';
import { launch, signIn } from './chromium.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { url: text, chromium: text, screenshots: text, lead: text, user: text, about: text, seconds: { ...text, default: '90' } } });
const timeout = Number(values.seconds) * 1000;

const browser = await launch(values.chromium);
const { page, wrong, shoot } = await browser.open(values.url, { screenshots: values.screenshots });
const phone = await browser.open(values.url, { width: 390, height: 844, dark: true, screenshots: values.screenshots });
const milestones = page.locator('.deal-milestones .task');
const due = async (title) => (await milestones.filter({ hasText: title }).locator('header .muted').first().textContent()).match(/due ([^·]+)/)?.[1].trim();
let deal = '';

const checks = [
  ['a lead is converted on its page, and the deal is one link away', async () => {
    await signIn(page, values.url, values.user);
    await page.goto(`${values.url}/#/leads/${values.lead}`);
    await page.locator('.task').first().waitFor();
    await page.getByRole('button', { name: 'Convert' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Convert' }).click();
    await page.locator('.lead-converted').getByRole('link').click();
    await page.getByRole('heading', { name: 'Milestones' }).waitFor({ timeout });
    deal = new URL(page.url()).hash;
    assert.match(deal, /^#\/deals\/006/);
  }],

  ['its milestones come without a reload, each with a day and an owner, and the play says why', async () => {
    await milestones.nth(3).waitFor({ timeout });
    assert.equal(await milestones.count(), 4);
    for (const line of await milestones.locator('header .muted').allTextContents()) assert.match(line, /due \d+ \w+ \d{4} · .+/);
    await page.locator('.deal-play .big').waitFor({ timeout });
    assert.equal(await page.locator('.deal-play .big').textContent(), 'standard');
    assert.ok(await page.locator('.deal-play .reasons li').count() > 0, 'the play has reasons');
  }],

  ['the brief with its sources and the mails so far have come along', async () => {
    await page.locator('.deal-brief').waitFor({ timeout });
    const brief = await page.locator('.deal-brief').textContent();
    assert.match(brief, /Research brief of \d{4}-\d\d-\d\d/);
    assert.ok(await page.locator('.deal-brief .step').count() >= 3, 'three mails');
    await shoot('deal-before');
  }],

  ['what is ticked off stays, and a close date that moves moves what is open', async () => {
    await milestones.filter({ hasText: 'First call' }).getByRole('button').click();
    await page.locator('.deal-milestones .task.done').waitFor({ timeout });
    const [call, offer] = [await due('First call'), await due('Offer for')];
    await page.getByLabel('Close date').fill('2027-06-30');
    await page.locator('.deal-stands').getByRole('button', { name: 'Save' }).click();
    await milestones.filter({ hasText: 'Offer for' }).filter({ hasText: '16 Jun 2027' }).waitFor({ timeout });
    assert.notEqual(offer, '16 Jun 2027');
    assert.deepEqual([await due('First call'), await due('Hear the decision'), await milestones.count()], [call, '30 Jun 2027', 4]);
    await shoot('deal-after');
  }],

  ['deals and tasks are listed, and the signal’s task links its article', async () => {
    await page.getByRole('link', { name: 'Deals', exact: true }).click();
    await page.locator('tbody tr').first().waitFor();
    await shoot('deals');
    await page.getByRole('link', { name: 'Tasks', exact: true }).click();
    await page.getByText('All tasks').click();
    await page.getByLabel('Search tasks').fill('Karelia');
    const task = page.locator('.task').filter({ has: page.locator(`a[href="${values.about}"]`) }).first();
    await task.waitFor({ timeout });
    await page.locator('.task').filter({ hasNotText: 'Karelia' }).first().waitFor({ state: 'detached', timeout });
    await task.evaluate(element => element.scrollIntoView());
    assert.ok(await task.locator('.step').count() >= 1, 'its mails are previewed');
    // Of the page, not of the element: the list may be drawn again while the picture is taken.
    await page.screenshot({ path: `${values.screenshots}/signal-task.png`, clip: await task.boundingBox() });
  }],

  ['a deal can be read on a phone, in the dark', async () => {
    await signIn(phone.page, values.url, values.user);
    await phone.page.goto(`${values.url}/${deal}`);
    await phone.page.locator('.deal-milestones .task').first().waitFor({ timeout });
    const [wide, seen] = await phone.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${wide} > ${seen}: the page scrolls sideways`);
    await phone.shoot('deal-phone-dark');
    assert.deepEqual([...wrong, ...phone.wrong], []);
  }],
];

try {
  process.exitCode = await run(checks);
} finally {
  await browser.close();
}
