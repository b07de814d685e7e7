/** HTTP servers that several benches measure beside, each with nothing that is not needed. */

import { createServer, type RequestListener } from 'node:http';

/** Bodies and what is answered to them. */
export type Answers = readonly (readonly [string, string])[];

export const HOST = '127.0.0.1';
/** A name of what is installed here alone, so that it is no import of the project. */
const YOGA: string = 'graphql-yoga';

interface Yoga {
  readonly createYoga: (options: object) => RequestListener;
}

/** node:http, and bytes that are ready. */
export async function serveAnswers(all: Answers): Promise<string> {
  const answers = new Map(all.map(([body, text]) => [body, Buffer.from(text)]));
  return await listen((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const [first] = parts;
      const body = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      const answer = answers.get(body.toString());
      response.writeHead(answer === undefined ? 404 : 200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': answer?.length ?? 0,
      });
      response.end(answer);
    });
  });
}

/** Nothing is logged, and what no operation needs is off, its slow limiter of bodies too. */
export async function serveYoga(options: object): Promise<string> {
  const { createYoga } = (await import(YOGA)) as Yoga;
  const lean = { maxRequestBodySize: false, logging: false, cors: false, multipart: false };
  return await listen(createYoga({ ...options, ...lean }));
}

function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      resolve(`http://${HOST}:${port}/graphql`);
    });
  });
}

export function reportFailure(error: unknown): void {
  process.send?.({ failed: String(error) });
}
