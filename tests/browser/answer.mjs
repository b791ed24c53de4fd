// A drafted sequence is answered on the task that previews it, in a running system: a stranger's answer is not taken, the owner's is.
//
//     node answer.mjs --url http://127.0.0.1:4571 --chromium /usr/bin/chromium --screenshots .revloops/screenshots --lead 00Q… --owner … --stranger …
//
// Takes answer-before.png, answer-refused.png and answer-after.png.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { run } from './checks.mjs';
import { launch, signIn } from './chromium.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { url: text, chromium: text, screenshots: text, lead: text, owner: text, stranger: text, seconds: { ...text, default: '60' } } });
const timeout = Number(values.seconds) * 1000;

const browser = await launch(values.chromium);
const seen = {};
for (const who of ['owner', 'stranger']) seen[who] = await browser.open(values.url, { screenshots: values.screenshots });
const { owner, stranger } = seen;

const preview = ({ page }) => page.locator('.task').filter({ has: page.locator('.steps') });
const button = (one, name) => preview(one).getByRole('button', { name: new RegExp(`^${name}: `) });
const open = async (one, username) => {
  await signIn(one.page, values.url, username);
  await one.page.goto(`${values.url}/#/leads/${values.lead}`);
  await preview(one).waitFor();
};

const checks = [
  ['a preview is answered where it is read', async () => {
    await open(owner, values.owner);
    for (const name of ['Approve', 'Reject', 'Complete']) await button(owner, name).waitFor();
    assert.equal(await preview(owner).locator('.answered').count(), 0);
    await owner.shoot('answer-before');
  }],

  ['the answer of somebody else is not taken, and the task says why and can still be answered', async () => {
    await open(stranger, values.stranger);
    await button(stranger, 'Approve').click();
    await preview(stranger).locator('.answered').filter({ hasText: /Not taken Refused: somebody else owns/ }).waitFor({ timeout });
    await button(stranger, 'Approve').waitFor();
    await stranger.shoot('answer-refused');
  }],

  ['the owner approves by keyboard, and the task is done and says so without a reload', async () => {
    await preview(owner).locator('.answered').filter({ hasText: 'Not taken' }).waitFor({ timeout });
    await button(owner, 'Approve').focus();
    await owner.page.keyboard.press('Enter');
    await owner.page.locator('.task.done .answered').filter({ hasText: `Approved by ${values.owner}` }).waitFor({ timeout });
    assert.equal(await owner.page.locator('.task.done').getByRole('button', { name: /^(Approve|Reject|Complete): / }).count(), 0);
    await owner.shoot('answer-after');
    assert.deepEqual([...owner.wrong, ...stranger.wrong], []);
  }],
];

try {
  process.exitCode = await run(checks);
} finally {
  await browser.close();
}
