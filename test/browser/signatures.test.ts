import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { Build } from '../../src/crypto/ed25519-browser.ts';
import { EDGES, edgeSignatures } from '../property/edge-signatures.ts';
import { type Bundle, bundleForBrowser, nodeOnly } from './bundle.ts';
import { canRunChromium, launchChromium } from './chromium.ts';
import type { PageRequest, PageVerdicts, SignaturePage } from './signature-page.ts';

const VECTORS = new URL('../../../shared/vectors/ed25519/cases.json', import.meta.url);
const hasVectors = existsSync(VECTORS);
if (!hasVectors) process.stdout.write('no ../shared/vectors/ed25519: its cases are not run\n');

/** The seed and count of test/property/signatures.test.ts, whose verdicts Node gives. */
const SEED = 20_261_101;
const COUNT = EDGES.length * 200;

/** A name that is not of this machine, so that its pages are not secure ones. */
const INSECURE_HOST = 'insecure.test';
const PAGE =
  '<!doctype html><title>signatures</title><script type="module" src="/page.js"></script>';

type PageSignature = PageRequest['signatures'][number];

const canRun = canRunChromium('the test of signatures in a browser');

test('[G9] what browsers run imports nothing of Node', async () => {
  const bundle = await bundleForBrowser('test/browser/signature-page.ts');
  expect(nodeOnly(bundle)).toEqual([]);
  expect(bundle.modules).toEqual(
    expect.arrayContaining(['src/crypto/ed25519-web.ts', 'src/crypto/ed25519-noble.ts']),
  );
  const server = await bundleForBrowser('src/crypto/ed25519.ts');
  expect(nodeOnly(server)).toEqual([expect.stringContaining('node:crypto'), 'Buffer']);
});

describe.skipIf(!canRun)('signatures in a browser', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await serve(await bundleForBrowser('test/browser/signature-page.ts'));
    browser = await launchChromium([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]);
    page = await openPage('localhost');
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function openPage(host: string): Promise<Page> {
    const opened = await browser.newPage();
    await opened.goto(`http://${host}:${(server.address() as AddressInfo).port}/`);
    await opened.waitForFunction(() => 'judge' in globalThis);
    return opened;
  }

  test.each([
    [Build.WEBCRYPTO, true],
    [Build.NOBLE, false],
  ])(
    `[G1] %s gives ${COUNT} edge signatures the verdicts that they were built for`,
    async (build, offersWebCrypto) => {
      const edges = [...edgeSignatures({ seed: SEED, count: COUNT })];
      const signatures = edges.map(({ key, message, r, s }) => {
        return { key: toHex(key), message: toHex(message), signature: `${toHex(r)}${toHex(s)}` };
      });
      const judged = await judge(page, { offersWebCrypto, signatures });
      expect(judged.build).toBe(build);
      const wrong = edges.filter(
        ({ isValid }, index) => (judged.verdicts[index] === 'V') !== isValid,
      );
      expect(wrong).toEqual([]);
      expect(judged.verdicts).toHaveLength(COUNT);
      expect(judged.verdicts.match(/V/g)).toHaveLength(COUNT / 6);
    },
    120_000,
  );

  test.runIf(hasVectors).each([
    [Build.WEBCRYPTO, true],
    [Build.NOBLE, false],
  ])(
    '[G1] %s gives the 12 edge cases exactly the expected verdicts',
    async (build, offersWebCrypto) => {
      const judged = await judge(page, { offersWebCrypto, signatures: readVectors() });
      expect(judged).toMatchObject({ build, verdicts: 'XXXVXXXXXXXX' });
    },
  );

  test.runIf(hasVectors)('[G5] the keys that may be registered are those of order L', async () => {
    const judged = await judge(page, { offersWebCrypto: true, signatures: readVectors() });
    expect(judged.registrable).toBe('XXXXXXVVXXXX');
  });

  test('[G8] a page that is not secure runs noble, and says why', async () => {
    const insecure = await openPage(INSECURE_HOST);
    const judged = await judge(insecure, { offersWebCrypto: true, signatures: [] });
    expect(judged).toMatchObject({ build: Build.NOBLE, reason: 'WebCrypto is not on this page' });
  });
});

function judge(page: Page, request: PageRequest): Promise<PageVerdicts> {
  return page.evaluate((given) => (globalThis as unknown as SignaturePage).judge(given), request);
}

async function serve({ code }: Bundle): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function readVectors(): PageSignature[] {
  const cases = JSON.parse(readFileSync(VECTORS, 'utf8')) as readonly {
    readonly message: string;
    readonly pub_key: string;
    readonly signature: string;
  }[];
  return cases.map(({ pub_key, message, signature }) => ({ key: pub_key, message, signature }));
}
