// A headless Chromium that talks to nobody but the page it is given, and a page that counts what must not happen.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Starts the browser: `{open, close}`. */
export async function launch(executablePath) {
  const browser = await chromium.launch({ executablePath, args: QUIET });
  return { open: (url, options) => open(browser, url, options), close: () => browser.close() };
}

/** Opens a fresh profile: `{page, wrong, shoot}`; `wrong` collects script errors, dialogs and requests to other hosts. */
async function open(browser, url, { width = 1280, height = 860, dark = false, screenshots } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`script error: ${error.message}`));
  page.on('dialog', async (dialog) => {
    wrong.push(`a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('console', (message) => {
    // Refused calls (400, 401) are told by the browser too; the page shows them itself.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) wrong.push(`a request to ${request.url()}`);
  });
  const shoot = async (name) => {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, timeout: 30_000 });
  };
  return { page, wrong, shoot };
}

/** Signs in on the page as the user with this username. */
export async function signIn(page, url, username) {
  await page.goto(url);
  await page.getByLabel('Find a user').fill(username);
  await page.locator('.person').first().click();
  await page.getByRole('heading', { name: 'Leads', level: 1 }).waitFor();
}
