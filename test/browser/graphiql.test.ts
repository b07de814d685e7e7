import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { canRunChromium, launchChromium } from './chromium.ts';

const canRun = canRunChromium('the test of GraphiQL');

describe.skipIf(!canRun)('GraphiQL in a browser', () => {
  let api: Api;
  let browser: Browser;
  let page: Page;
  /** Screenshots stay only in a directory that the caller names by SCREENSHOTS. */
  let directory: string;
  const requests: string[] = [];
  const failures: string[] = [];

  beforeAll(async () => {
    api = await serveTestSpace(flightsDefinition());
    await api.data(FIVE_AIRPORTS);
    directory = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'massive-graph-')));
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') failures.push(message.text());
    });
    await page.goto(api.server.graphql);
    await page.waitForSelector('.graphiql-query-editor .view-lines');
  });

  afterAll(async () => {
    await browser?.close();
    await api?.[Symbol.asyncDispose]();
    if (directory !== process.env.SCREENSHOTS) await rm(directory, { recursive: true });
  });

  async function run(query: string): Promise<void> {
    await page.click('.graphiql-query-editor .view-lines');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(query);
    await page.click('.graphiql-execute-button');
  }

  async function resultText(): Promise<string> {
    const lines = await page.locator('.result-window .view-line').allInnerTexts();
    // The editor draws spaces as no-break ones.
    return lines.join('').replaceAll('\u00a0', ' ');
  }

  test('shows its editor with an example that runs', async () => {
    expect(await page.title()).toBe('Massive Graph');
    await page.click('.graphiql-execute-button');
    await expect.poll(resultText).toMatch(/"code": "[A-Z]{3}"/);
    const path = join(directory, 'graphiql.png');
    const image = await page.screenshot({ path });
    expect(image.length).toBeGreaterThan(20_000);
  });

  test('shows changes of a subscription as they come', async () => {
    await run('subscription { airportChanges { event airport { name } } }');
    await expect
      .poll(async () => (await metrics()).includes('massive_graph_subscriptions 1'))
      .toBe(true);
    await api.data(`mutation { updateAirports(where: { code: { eq: "ZRH" } }, update: {
      name: { set: "Kloten" }
    }) { info { nodesCreated } } }`);
    await expect.poll(resultText).toContain('Kloten');
  });

  test('makes no request to anywhere else, and has no errors', () => {
    const { origin } = new URL(api.server.graphql);
    const elsewhere = requests.filter(
      (url) =>
        !(url.startsWith(origin) || url.startsWith('data:') || url.startsWith(`blob:${origin}`)),
    );
    expect(requests.length).toBeGreaterThan(1);
    expect(elsewhere).toEqual([]);
    expect(failures).toEqual([]);
  });

  async function metrics(): Promise<string> {
    return (await fetch(api.server.metrics)).text();
  }
});
