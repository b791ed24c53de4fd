// Takes pictures of a running CRM's page: the list, and one lead.
//
//     node shoot.mjs --url http://127.0.0.1:4571 --chromium /usr/bin/chromium --screenshots .revloops/screenshots
//                    --name after [--user maria.keller@northfield.example] [--lead 00Q…]
//
// Writes <name>-list.png and, with a lead, <name>-lead.png. Changes nothing in the CRM.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { launch, signIn } from './chromium.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { url: text, chromium: text, screenshots: text, name: text, user: { ...text, default: 'admin@northfield.example' }, lead: text } });

const browser = await launch(values.chromium);
try {
  const { page, wrong, shoot } = await browser.open(values.url, { screenshots: values.screenshots });
  await signIn(page, values.url, values.user);
  await page.locator('#summary').filter({ hasText: /\d/ }).waitFor();
  await shoot(`${values.name}-list`);
  if (values.lead) {
    await page.goto(`${values.url}/#/leads/${values.lead}`);
    await page.locator('.lead-fields h2').waitFor();
    await shoot(`${values.name}-lead`);
  }
  assert.deepEqual(wrong, []);
} finally {
  await browser.close();
}
