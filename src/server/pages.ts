/** The two pages for people: GraphiQL, whole and without any outside request, and a start page. */

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Definition } from '../definition/definition.ts';
import { nodeNames } from '../graphql/names.ts';
import { GRAPHQL_PATH } from './graphql-endpoint.ts';
import { HttpStatus, respond } from './respond.ts';

const HTML = 'text/html; charset=utf-8';

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

export interface GraphiqlPage {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Its 9 MB are loaded and compressed at the first request, and kept compressed. Everybody gets the
 * page: an example by the definition is for a server that tells everybody of that.
 */
export function createGraphiqlPage(definition: Definition | undefined): GraphiqlPage {
  let made: Promise<{ readonly compressed: Buffer; readonly tag: string }> | undefined;
  return {
    serve: async (request, response) => {
      made ??= makePage(definition);
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
        type: HTML,
        content: takesGzip ? compressed : await promisify(gunzip)(compressed),
        headers: takesGzip ? { ...headers, 'content-encoding': 'gzip' } : headers,
      });
    },
  };
}

async function makePage(definition: Definition | undefined) {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Massive Graph',
    subscriptionsProtocol: 'SSE',
    defaultQuery: exampleQuery(definition),
  });
  const compressed = await promisify(gzip)(html);
  const tag = `"${createHash('sha256').update(compressed).digest('base64url')}"`;
  return { compressed, tag };
}

function exampleQuery(definition: Definition | undefined): string {
  const [type] = definition?.nodeTypes.values() ?? [];
  if (type === undefined) return '{ __typename }\n';
  const scalars = type.fields.filter((field) => field.kind === 'scalar');
  const fields = ['id', ...scalars.map((field) => field.name)].join('\n    ');
  return `{\n  ${nodeNames(type).list}(limit: 10) {\n    ${fields}\n  }\n}\n`;
}

export function serveStartPage(response: ServerResponse): void {
  respond(response, {
    status: HttpStatus.OK,
    type: HTML,
    content: START_PAGE,
    headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" },
  });
}

const START_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Massive Graph</title>
<style>body { font: 1rem/1.6 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem }</style>
<h1>Massive Graph</h1>
<ul>
  <li><a href="${GRAPHQL_PATH}">GraphiQL</a>: query, change and watch the graph</li>
  <li><a href="/health">Health</a></li>
</ul>
</html>
`;
