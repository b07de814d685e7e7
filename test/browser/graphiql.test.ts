import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { type Demo, serveDemo } from '../fixture/demo.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { canRunChromium, launchChromium } from './chromium.ts';
import {
  type GraphiqlWindow,
  openGraphiql,
  requestsElsewhere,
  takePicture,
} from './graphiql-window.ts';

const canRun = canRunChromium('the test of GraphiQL');

/** A page of 9 MB takes seconds to come on a machine that is busy. */
const expectSoon = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 20_000 });

describe.skipIf(!canRun)('GraphiQL in a browser', () => {
  let api: Api;
  let browser: Browser;
  let window: GraphiqlWindow;

  beforeAll(async () => {
    api = await serveTestSpace(flightsDefinition());
    await api.data(FIVE_AIRPORTS);
    browser = await launchChromium();
    window = await openGraphiql(browser, api.server.graphql);
  });

  afterAll(async () => {
    await browser?.close();
    await api?.[Symbol.asyncDispose]();
  });

  test('shows its editor with examples that run', async () => {
    expect(await window.page.title()).toBe('Massive Graph');
    expect(await window.tabs()).toEqual([
      ...['Airports', 'AirportsPage', 'AirportRoutes', 'AirportChanges'],
    ]);
    await window.execute();
    await expectSoon(window.resultText).toMatch(/"code": "[A-Z]{3}"/);
    expect(await window.page.locator('#principal-bar').count()).toBe(0);
    expect(await takePicture(window, 'graphiql')).toBeGreaterThan(20_000);
  });

  test('shows changes of a subscription as they come', async () => {
    await window.run('subscription { airportChanges { event airport { name } } }');
    await expect
      .poll(async () => (await metrics()).includes('massive_graph_subscriptions 1'))
      .toBe(true);
    await api.data(`mutation { updateAirports(where: { code: { eq: "ZRH" } }, update: {
      name: { set: "Kloten" }
    }) { info { nodesCreated } } }`);
    await expectSoon(window.resultText).toContain('Kloten');
  });

  test('opens a link to a query', async () => {
    const linked = await openGraphiql(browser, `${api.server.graphql}?query={airports{city}}`);
    expect(await linked.operationText()).toBe('{airports{city}}');
    await linked.page.close();
  });

  test('makes no request to anywhere else, and has no errors', () => {
    expect(window.requests.length).toBeGreaterThan(1);
    expect(requestsElsewhere(window)).toEqual([]);
    expect(window.failures).toEqual([]);
  });

  async function metrics(): Promise<string> {
    return (await fetch(api.server.metrics)).text();
  }
});

describe.skipIf(!canRun)('GraphiQL of the demo', () => {
  let demo: Demo;
  let browser: Browser;
  let window: GraphiqlWindow;

  beforeAll(async () => {
    demo = await serveDemo();
    browser = await launchChromium();
    window = await openGraphiql(browser, demo.server.graphql);
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.[Symbol.asyncDispose]();
  });

  const askAs = (name: string) => window.page.click(`#principal-bar label:has-text("${name}")`);
  const told = () => window.page.locator('#principal-bar output').textContent();

  test('tells anybody which values are hidden, and shows them to Ann', async () => {
    await window.openTab('Routes');
    await window.execute();
    await expectSoon(window.resultText).toContain('"flights": null');
    await expectSoon(told).toBe('5 values hidden: read.flights');
    expect(await takePicture(window, 'graphiql-anybody')).toBeGreaterThan(20_000);
    await askAs('Ann');
    await expectSoon(window.resultText).toContain('"flights": 8078');
    await expectSoon(told).toBe('');
    expect(await takePicture(window, 'graphiql-ann')).toBeGreaterThan(20_000);
    await askAs('Ben');
    await expectSoon(told).toContain('read.flights');
  });

  test('has the variables of an example', async () => {
    await window.openTab('Path');
    await window.execute();
    await expectSoon(window.resultText).toContain('"city": "Minneapolis"');
  });

  test('runs no mutation again when another one asks', async () => {
    await window.openTab('Rename');
    await askAs('Anybody');
    await window.execute();
    await expectSoon(window.resultText).toContain('FORBIDDEN');
    await askAs('Eve');
    await window.openTab('Permissions');
    await window.execute();
    await expectSoon(window.resultText).toContain('"subject": "user:airports/eve"');
    expect(await nameOfJfk()).toBe('John F Kennedy Intl');
    await window.openTab('Rename');
    await window.execute();
    await expectSoon(window.resultText).toContain('Idlewild');
    expect(await nameOfJfk()).toBe('Idlewild');
  });

  test('lets a header name somebody else', async () => {
    await window.openTab('Permissions');
    await window.page.getByRole('button', { name: 'Headers', exact: true }).click();
    await window.page.click('.graphiql-editor-tool .graphiql-editor:not(.hidden)');
    await window.page.keyboard.press('Control+A');
    await window.page.keyboard.insertText('{"X-Massive-Graph-Principal": "user:else/where"}');
    await window.execute();
    await expectSoon(window.resultText).toContain('"subject": "user:else/where"');
  });

  test('comes back after a reload as it was left, and resets its tabs', async () => {
    const tabs = await window.tabs();
    await window.openTab('Path');
    const stored = () => window.page.evaluate("localStorage['graphiql:tabState']");
    await expectSoon(stored).toContain('"activeTabIndex":4');
    await window.page.reload();
    await expectSoon(window.operationText).toContain('shortestPath');
    expect(await window.tabs()).toEqual(tabs);
    expect(await window.page.locator('#principal-bar :checked').inputValue()).toBe(
      'user:airports/eve',
    );
    await window.run('{ viewer { subject } }');
    await expectSoon(window.tabs).not.toEqual(tabs);
    await window.page.getByRole('button', { name: 'Reset tabs' }).click();
    await expectSoon(window.tabs).toEqual(tabs);
    await expectSoon(window.operationText).toContain('query Airports');
  });

  test('makes no request to anywhere else, and has no errors', () => {
    expect(requestsElsewhere(window)).toEqual([]);
    expect(window.failures).toEqual([]);
  });

  async function nameOfJfk(): Promise<unknown> {
    const query = '{ airport(where: { code: { eq: "JFK" } }) { name } }';
    const { data } = await demo.ask('user:*', query);
    return (data?.airport as { name: string } | undefined)?.name;
  }
});
