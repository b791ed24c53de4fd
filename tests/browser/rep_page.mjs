// The rep's page in a real browser, against a CRM stand-in of its own.
//
//     node rep_page.mjs --url http://127.0.0.1:4571 --chromium /usr/bin/chromium --screenshots .revloops/screenshots
//
// Creates its own users and leads. What the chain would write is written by the REST API here, so that the page alone is looked at;
// the chain's own test takes its pictures with shoot.mjs.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { run } from './checks.mjs';
import { launch, signIn } from './chromium.mjs';
import { as, createUser } from './rest.mjs';

const text = { type: 'string' };
const { values: { url, chromium, screenshots } } = parseArgs({ options: { url: text, chromium: text, screenshots: text } });

const MARIA = 'maria.keller@northfield.example';
const HOSTILE = '<img src=x onerror=alert(1)>';
const SCORE_REASONS = 'Score 78, band B\nFor:\n  +30  machinery is an industry we sell to\n  +25  240 employees\nAgainst:\n  -5  no phone number\nNo points:\n  the title is not known';
const ROUTE_REASON = `Maria Keller (account executive of DACH). First touch by 2026-11-22 12:15 UTC.
  ↓ strategic
      yes employees is at least 5000 (found: 9000)
      no  helen.brandt@northfield.example can own records (found: inactive)
  ✓ owners
      yes territory is present (found: dach)`;
const PREVIEW = `Draft for your review. Nothing has been sent.

── Step 1 of 3 · day 0 · email ──
Subject: Planning at Alder Works

Hello Jonas,
Alder Works has 240 employees [F1] and works in machinery [F1, F2].
Would a short call next week suit you?

You get this mail because you asked us for news. Reply "stop" and we stop.

── Step 2 of 3 · day 3 · email ──
Subject: Re: Planning at Alder Works

Teams of your size often plan in spreadsheets. [F1] [F2]

── Step 3 of 3 · day 8 · email ──
Subject: Shall I close this?

If the time is not right, tell me and I stop writing. ${HOSTILE}

── Facts ──
[F1] Alder Works has 240 employees (source: People Data Labs, 2026-11-22)
[F2] Alder Works works in machinery (source: CRM, 2026-11-22) ${HOSTILE}

Drafted by a model · prompt 1 · template introduction`;

const admin = await as(url, 'admin@northfield.example');
const maria = await createUser(admin, MARIA, 'Maria', 'Keller', 'Account Executive, DACH');
await createUser(admin, 'tom.becker@northfield.example', 'Tom', 'Becker', 'Sales Development');
const integration = await as(url, 'integration@northfield.example');

const browser = await launch(chromium);
const desk = await browser.open(url, { screenshots });
const { page } = desk;
let leadId = '';

// Nothing reaches beyond the right edge, where it would be cut off or scrolled away.
const noOverflow = async (on) => {
  const beyond = await on.evaluate(() => [...document.querySelectorAll('body *:not(.hidden, .hidden *)')]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((element) => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`));
  assert.deepEqual(beyond, []);
};
const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || document.activeElement?.tagName);
const tabTo = async (wanted, most = 40) => {
  for (let step = 0; step < most; step += 1) {
    if (await focused() === wanted) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${wanted}; the focus is at ${await focused()}`);
};

const checks = [
  ['says that it is a stand-in before anybody signs in', async () => {
    const response = await page.goto(url);
    assert.equal(response.headers()['x-revloops-stand-in'], 'crm');
    assert.match(response.headers()['content-security-policy'], /script-src 'self'/);
    await page.getByText('Stand-in CRM – not Salesforce.').waitFor();
  }],

  ['signs a rep in by keyboard', async () => {
    await page.getByRole('button', { name: /Maria Keller/ }).waitFor();
    await desk.shoot('sign-in');
    assert.equal(await focused(), 'find-user');
    await page.keyboard.type('maria');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Leads' }).waitFor();
    await page.getByText('There are no leads yet.').waitFor();
    assert.equal(await page.locator('#rep').textContent(), 'Maria Keller');
    assert.equal(await page.locator('#organization').textContent(), 'Northfield');
  }],

  ['shows what the API refuses at the fields that it names', async () => {
    await tabTo('New lead');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New lead' }).waitFor();
    assert.equal(await focused(), 'f-FirstName');
    await page.keyboard.type('Jonas');
    await page.keyboard.press('Enter');
    await page.getByText('Last Name is required.').waitFor();
    await page.getByText('Company is required.').waitFor();
    assert.equal(await focused(), 'f-LastName');
    await page.locator('#f-LastName').fill('Weber');
    await page.locator('#f-Company').fill('Alder Works');
    await page.locator('#f-Email').fill('no mail address');
    await page.keyboard.press('Enter');
    await page.locator('#f-Email[aria-invalid="true"]').waitFor();
    assert.notEqual(await page.locator('#f-Email-problem').textContent(), '');
    assert.equal(await page.locator('#f-LastName[aria-invalid]').count(), 0);
    await desk.shoot('new-lead-refused');
  }],

  ['creates a lead by keyboard', async () => {
    await page.locator('#f-Email').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('jonas.weber@alder.example');
    await tabTo('f-Country');
    await page.keyboard.type('Germany');
    await tabTo('Save');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Jonas Weber', level: 1 }).waitFor();
    leadId = new URL(page.url()).hash.split('/').at(-1);
    const [lead] = await admin.query(`SELECT Name, Company, Email, Country, Owner.Name FROM Lead WHERE Id = '${leadId}'`);
    assert.deepEqual([lead.Name, lead.Company, lead.Email, lead.Country, lead.Owner.Name], ['Jonas Weber', 'Alder Works', 'jonas.weber@alder.example', 'Germany', 'Maria Keller']);
    await page.getByText('Not scored yet.').waitFor();
    await page.getByText('Not routed yet.').waitFor();
    await desk.shoot('lead-before');
  }],

  ['brings the list up to date without taking the focus or what is typed', async () => {
    for (const [first, last, company, score, band] of [['Ines', 'Costa', 'Fjord Logistics', 91, 'A'], ['Paul', 'Nowak', 'Birch & Sons', 38, 'C'], ['Lena', 'Aziz', 'Delta Mills', 12, 'D']]) {
      await integration.create('Lead', { FirstName: first, LastName: last, Company: company, RevLoops_Score__c: score, RevLoops_Band__c: band });
    }
    await integration.create('Lead', { FirstName: 'Student', LastName: 'Example', Company: 'None', Status: 'Closed - Not Converted', RevLoops_Disqualified_Reason__c: 'No company: a free-mail address without one' });
    await page.goto(`${url}/#/leads`);
    const row = page.getByRole('row').filter({ hasText: 'Jonas Weber' });
    await row.getByText('Not scored').waitFor();
    await desk.shoot('list-before');
    await page.getByLabel('Search leads').focus();
    await page.keyboard.type('e');
    await integration.update('Lead', leadId, {
      RevLoops_Score__c: 78, RevLoops_Band__c: 'B', RevLoops_Score_Reasons__c: SCORE_REASONS, RevLoops_Enrichment__c: 'matched',
      RevLoops_Qualified_At__c: new Date().toISOString(), RevLoops_Rule__c: 'territory-owner', RevLoops_Routed_At__c: new Date().toISOString(),
      RevLoops_Route_Reason__c: ROUTE_REASON, OwnerId: maria,
    });
    await integration.create('Task', { WhoId: leadId, OwnerId: maria, Subject: 'Review the sequence for Jonas Weber', Description: PREVIEW, Status: 'Not Started', Priority: 'Normal', ActivityDate: '2026-11-22', RevLoops_Key__c: 'engage/check' });
    await row.getByText('78').waitFor();
    await row.getByText('territory-owner').waitFor();
    await row.getByText('Yes').waitFor();
    assert.equal(await focused(), 'find-lead');
    assert.equal(await page.getByLabel('Search leads').inputValue(), 'e');
    await page.getByLabel('Search leads').fill('');
    await page.getByRole('link', { name: 'Lena Aziz' }).focus();
    await page.waitForTimeout(4500);
    assert.equal(await focused(), 'Lena Aziz');
    await desk.shoot('list-after');
  }],

  ['filters, searches and sorts', async () => {
    const summary = (shown) => page.locator('#summary').getByText(shown, { exact: true });
    const names = () => page.locator('tbody th').allTextContents();
    await page.getByText('My leads').click();
    await summary('1 lead').waitFor();
    assert.deepEqual(await names(), ['Jonas Weber']);
    await page.getByText('All leads').click();
    await summary('5 leads').waitFor();
    await page.getByLabel('Sort by').selectOption('score');
    await page.waitForFunction(() => document.querySelector('tbody th')?.textContent === 'Ines Costa');
    assert.deepEqual(await names(), ['Ines Costa', 'Jonas Weber', 'Paul Nowak', 'Lena Aziz', 'Student Example']);
    await page.getByLabel('Search leads').fill('birch & s');
    await summary('1 lead').waitFor();
    assert.deepEqual(await names(), ['Paul Nowak']);
    for (const nothing of ["'", '%', '_', '\\', "' OR Name LIKE '%"]) {
      await page.getByLabel('Search leads').fill(nothing);
      await page.getByText('No lead matches the search.').waitFor();
      await page.getByLabel('Search leads').fill('birch');
      await summary('1 lead').waitFor();
    }
    await page.reload();
    await summary('1 lead').waitFor();
    assert.equal(await page.getByLabel('Search leads').inputValue(), 'birch');
  }],

  ['tells who owns a lead and why, its score, and the sequence with its facts', async () => {
    await page.goto(`${url}/#/leads/${leadId}`);
    await page.getByRole('heading', { name: 'Jonas Weber', level: 1 }).waitFor();
    await page.locator('.lead-owner').getByText('Maria Keller (account executive of DACH)').waitFor();
    assert.deepEqual(await page.locator('.lead-score .reasons b').allTextContents(), ['+30', '+25', '-5']);
    assert.deepEqual(await page.locator('.lead-owner .mark').evaluateAll((marks) => marks.map((mark) => mark.getAttribute('aria-label'))), ['held, but found nobody', 'yes', 'no', 'held', 'yes']);
    assert.deepEqual(await page.locator('.step-head').allTextContents(), ['Step 1day 0 · email', 'Step 2day 3 · email', 'Step 3day 8 · email']);
    assert.deepEqual(await page.locator('.mail .cite').allTextContents(), ['F1', 'F1', 'F2', 'F1', 'F2']);
    assert.deepEqual(await page.locator('.preview > p').allTextContents(), ['Draft for your review. Nothing has been sent.', 'Drafted by a model · prompt 1 · template introduction']);
    assert.deepEqual(await page.locator('.subject').allTextContents(), ['Subject Planning at Alder Works', 'Subject Re: Planning at Alder Works', 'Subject Shall I close this?']);
    assert.deepEqual(await page.locator('.facts dt').allTextContents(), ['F1', 'F2']);
    await page.getByRole('button', { name: 'Fact F2' }).first().click();
    assert.match(await focused(), /-F2$/);
    const timeline = await page.locator('.timeline li b').allTextContents();
    assert.ok(['Created', 'Scored', 'Routed', 'Task'].every((what) => timeline.includes(what)), timeline.join(', '));
    await page.getByLabel('Show empty fields').check();
    await page.locator('.lead-fields').getByText('Salutation').waitFor();
    await page.waitForTimeout(2500);
    assert.ok(await page.getByLabel('Show empty fields').isChecked());
    await page.getByLabel('Show empty fields').uncheck();
    await page.getByRole('button', { name: 'Convert' }).focus();
    await integration.update('Lead', leadId, { Title: 'Head of Sales' });
    await page.locator('.lead-head').getByText('Head of Sales').waitFor();
    assert.equal(await focused(), 'Convert');
    await desk.shoot('lead-after');
  }],

  ['keeps a hostile lead text', async () => {
    const id = await integration.create('Lead', {
      FirstName: HOSTILE, LastName: '"><script>alert(2)</script>', Company: `${HOSTILE}<svg onload=alert(3)>`, Title: '{{constructor.constructor("alert(4)")()}}',
      Website: 'javascript:alert(5)', City: 'constructor', Description: `<iframe src="javascript:alert(6)">${HOSTILE}`, RevLoops_Score__c: 5, RevLoops_Band__c: '<b>A</b>',
      RevLoops_Score_Reasons__c: HOSTILE, RevLoops_Route_Reason__c: HOSTILE, RevLoops_Rule__c: HOSTILE,
    });
    await integration.create('Task', { WhoId: id, Subject: HOSTILE, Description: PREVIEW, Status: 'Not Started', Priority: 'Normal', RevLoops_Key__c: 'engage/hostile' });
    await page.goto(`${url}/#/leads`);
    await page.getByRole('link', { name: HOSTILE }).waitFor();
    await desk.shoot('list-hostile');
    await page.getByRole('link', { name: HOSTILE }).click();
    await page.getByRole('heading', { level: 1, name: HOSTILE }).waitFor();
    await page.locator('.task h3').filter({ hasText: HOSTILE }).waitFor();
    assert.equal(await page.locator('.pairs div').filter({ hasText: 'City' }).locator('dd').textContent(), 'constructor');
    await desk.shoot('lead-hostile');
    assert.equal(await page.locator('main :is(img, script, svg, iframe, a[href^="javascript"])').count(), 0);
    await noOverflow(page);
  }],

  ['labels every control and shows where the focus is', async () => {
    for (const at of ['#/leads', `#/leads/${leadId}`, '#/new']) {
      await page.goto(`${url}/${at}`);
      await page.locator('main h1').waitFor();
      const bare = await page.evaluate(() => [...document.querySelectorAll('input, select, textarea, button, a[href]')]
        .filter((control) => !(control.labels?.length || control.textContent.trim() || control.getAttribute('aria-label')))
        .map((control) => control.outerHTML));
      assert.deepEqual(bare, [], at);
    }
    await page.goto(`${url}/#/leads`);
    await tabTo('New lead');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid');
  }],

  ['completes a task', async () => {
    await page.goto(`${url}/#/leads/${leadId}`);
    await page.getByRole('button', { name: /^Complete: Review/ }).click();
    await page.locator('.task.done').waitFor();
    const [task] = await admin.query(`SELECT Status, IsClosed FROM Task WHERE WhoId = '${leadId}'`);
    assert.deepEqual([task.Status, task.IsClosed], ['Completed', true]);
  }],

  ['converts a lead by keyboard', async () => {
    await page.goto(`${url}/#/leads`);
    await page.goto(`${url}/#/leads/${leadId}`);
    await page.getByRole('button', { name: 'Convert' }).waitFor();
    await tabTo('Convert');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    assert.equal(await focused(), 'Convert');
    await desk.shoot('convert');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Convert');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Converted', level: 2 }).waitFor();
    const [lead] = await admin.query(`SELECT IsConverted, ConvertedAccount.Name, ConvertedContact.Name, ConvertedOpportunity.Name FROM Lead WHERE Id = '${leadId}'`);
    assert.deepEqual([lead.IsConverted, lead.ConvertedAccount.Name, lead.ConvertedContact.Name, lead.ConvertedOpportunity.Name], [true, 'Alder Works', 'Jonas Weber', 'Alder Works-']);
    // The task goes with the contact and is still here to be read.
    assert.equal(await page.locator('.task').count(), 1);
    assert.equal(await page.getByRole('button', { name: 'Convert' }).count(), 0);
    await desk.shoot('lead-converted');
  }],

  ['fits a telephone, light and dark', async () => {
    const phone = await browser.open(url, { width: 390, height: 844, dark: true, screenshots });
    await phone.page.goto(url);
    await phone.page.getByRole('button', { name: /Maria Keller/ }).waitFor();
    await noOverflow(phone.page);
    await signIn(phone.page, url, MARIA);
    for (const [name, at, seen] of [['list', '#/leads', 'Ines Costa'], ['lead', `#/leads/${leadId}`, 'Timeline'], ['new-lead', '#/new', 'Save']]) {
      await phone.page.goto(`${url}/${at}`);
      await phone.page.getByText(seen).first().waitFor();
      await noOverflow(phone.page);
      await phone.shoot(`phone-dark-${name}`);
      await phone.page.emulateMedia({ colorScheme: 'light' });
      await phone.shoot(`phone-light-${name}`);
      await phone.page.emulateMedia({ colorScheme: 'dark' });
    }
    assert.deepEqual(phone.wrong, []);
  }],

  ['asks to sign in again when the session has ended', async () => {
    const { token } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('revloops-session')));
    await admin.revoke(token);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }],

  ['runs no script but its own, and asks no other host', async () => {
    assert.deepEqual(desk.wrong, []);
  }],
];

try {
  process.exitCode = await run(checks);
} finally {
  await browser.close();
}
