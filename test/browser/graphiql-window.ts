/** GraphiQL in a window of a browser, and what its user does there. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

export interface GraphiqlWindow {
  readonly page: Page;
  /** Addresses of all requests. */
  readonly requests: readonly string[];
  /** What the page has thrown or reported. */
  readonly failures: readonly string[];
  /** Replaces the operation and runs it. */
  run(operation: string): Promise<void>;
  execute(): Promise<void>;
  openTab(name: string): Promise<void>;
  resultText(): Promise<string>;
  operationText(): Promise<string>;
  tabs(): Promise<string[]>;
}

const READY = '.graphiql-query-editor .view-lines';

export async function openGraphiql(browser: Browser, url: string): Promise<GraphiqlWindow> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const [requests, failures]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text());
  });
  await page.goto(url);
  await page.waitForSelector(READY);
  const textOf = async (place: string) => {
    const lines = await page.locator(`${place} .view-line`).allInnerTexts();
    // The editor draws spaces as no-break ones.
    return lines.join('').replaceAll('\u00a0', ' ');
  };
  /** GraphiQL takes a moment to find out which operation there is to run. */
  const noticed = (text: string) =>
    page.waitForFunction(
      `localStorage['graphiql:query']?.includes(${JSON.stringify(text)}) === true`,
    );
  const execute = () => page.click('.graphiql-execute-button');
  return {
    page,
    requests,
    failures,
    execute,
    run: async (operation) => {
      await page.click(READY);
      await page.keyboard.press('Control+A');
      await page.keyboard.insertText(operation);
      await noticed(operation);
      await execute();
    },
    openTab: async (name) => {
      await page.getByRole('button', { name, exact: true }).click();
      await noticed(` ${name}`);
    },
    resultText: () => textOf('.result-window'),
    operationText: () => textOf('.graphiql-query-editor'),
    tabs: () => page.locator('.graphiql-tab-button').allInnerTexts(),
  };
}

/** Requests that went anywhere but to the server of the page. */
export function requestsElsewhere({ requests, page }: GraphiqlWindow): string[] {
  const { origin } = new URL(page.url());
  return requests.filter(
    (url) =>
      !(url.startsWith(origin) || url.startsWith('data:') || url.startsWith(`blob:${origin}`)),
  );
}

/** Answers the size of the picture, which stays where SCREENSHOTS names a folder. */
export async function takePicture({ page }: GraphiqlWindow, name: string): Promise<number> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return (await page.screenshot()).length;
  await mkdir(folder, { recursive: true });
  return (await page.screenshot({ path: join(folder, `${name}.png`) })).length;
}
