/**
 * GraphiQL, whole and without any outside request: with examples as tabs, and where the server
 * believes names a bar above it that says who asks (page/principal-bar.js).
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { assert } from '../base/assert.ts';
import type { Example } from '../graphql/examples.ts';
import { PRINCIPAL_HEADER } from './authentication/credential.ts';
import { HTML_TYPE, HttpStatus, respond } from './respond.ts';

/** The page brings its scripts, styles and workers along, and may talk to this server only. */
const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  "img-src data: 'self'",
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Where GraphiQL draws itself. */
const ROOT = '<div id="root"></div>';

/** Somebody in whose name the page can ask. */
export interface PagePrincipal {
  /** `user:skyways/ann`, or `user:*`. */
  readonly principal: string;
  readonly name: string;
  /** What it may see and do, in a few words. */
  readonly role: string;
}

export interface GraphiqlContent {
  /** Each is a tab. */
  readonly examples: readonly Example[];
  /** None: no bar. */
  readonly principals: readonly PagePrincipal[];
}

export interface GraphiqlPage {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Its 9 MB are loaded and compressed at the first request, and kept compressed. Everybody gets the
 * page: examples of the definition are for a server that tells everybody of that.
 */
export function createGraphiqlPage(content: GraphiqlContent): GraphiqlPage {
  let made: Promise<{ readonly compressed: Buffer; readonly tag: string }> | undefined;
  return {
    serve: async (request, response) => {
      made ??= makePage(content);
      const { compressed, tag } = await made;
      const headers = {
        etag: tag,
        'cache-control': 'no-cache',
        'content-security-policy': GRAPHIQL_POLICY,
        vary: 'accept, accept-encoding',
      };
      if (request.headers['if-none-match'] === tag) {
        response.writeHead(HttpStatus.NOT_MODIFIED, headers).end();
        return;
      }
      const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      respond(response, {
        status: HttpStatus.OK,
        type: HTML_TYPE,
        content: takesGzip ? compressed : await promisify(gunzip)(compressed),
        headers: takesGzip ? { ...headers, 'content-encoding': 'gzip' } : headers,
      });
    },
  };
}

async function makePage(content: GraphiqlContent) {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const tabs = content.examples.map(({ operation, variables }) => ({
    query: operation,
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables, undefined, 2) }),
  }));
  const options = {
    title: 'Massive Graph',
    subscriptionsProtocol: 'SSE',
    defaultTabs: tabs,
    // What is edited stays out of the address, so that a reload shows the tabs as they were left.
    onEditQuery: null,
  } as const;
  const html = renderGraphiQL(options);
  assert(html.includes(ROOT), 'GraphiQL has the place to draw itself that it had');
  const above = await partsAbove(content);
  const compressed = await promisify(gzip)(html.replace(ROOT, () => `${above}${ROOT}`));
  const tag = `"${createHash('sha256').update(compressed).digest('base64url')}"`;
  return { compressed, tag };
}

/** What comes before GraphiQL, and so runs before it. */
async function partsAbove({ examples, principals }: GraphiqlContent): Promise<string> {
  const read = (name: string) => readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
  const tabs = createHash('sha256').update(JSON.stringify(examples)).digest('base64url');
  const settings = { header: PRINCIPAL_HEADER, tabs };
  const [style, script] = await Promise.all([read('principal-bar.css'), read('principal-bar.js')]);
  return `<style>${style}</style>
${principals.length === 0 ? '' : barOf(principals)}
<script type="application/json" id="page-settings">${JSON.stringify(settings)}</script>
<script>{${script}}</script>
`;
}

function barOf(principals: readonly PagePrincipal[]): string {
  const choices = principals.map(
    ({ principal, name, role }, index) => `
    <label title="${principal}">
      <input type="radio" name="principal" value="${principal}"${index === 0 ? ' checked' : ''}>
      <span><b>${name}</b> ${role}</span>
    </label>`,
  );
  return `<form id="principal-bar">
  <fieldset>
    <legend>Ask as</legend>${choices.join('')}
  </fieldset>
  <output></output>
  <button type="button" title="Closes all tabs, and opens the examples">Reset tabs</button>
</form>`;
}
