/** The page at the root of the server, for people. */

import type { ServerResponse } from 'node:http';
import { GRAPHQL_PATH } from './graphql-endpoint.ts';
import { HTML_TYPE, HttpStatus, respond } from './respond.ts';

export function serveStartPage(response: ServerResponse): void {
  respond(response, {
    status: HttpStatus.OK,
    type: HTML_TYPE,
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
