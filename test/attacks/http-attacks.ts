/** Attacks by requests of GraphQL that are whole: each is refused by its limit, or by its rate. */

import { Agent, type ClientRequest, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Attack, type Attacking, count, type Target } from './attack.ts';

const CONNECTIONS = 16;
/** Requests that are sent by the key: the rate of those without one would hide their refusal. */
const PROBES = 4;
const RATE = '429 RATE_LIMITED';

export interface Sent {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

export function queryOf(query: string, variables?: object): Sent {
  return { body: JSON.stringify({ query, ...(variables && { variables }) }) };
}

/** Sends one request; resolves with the answer's status and code, however it ends. */
export function send(target: Target, agent: Agent, { body, headers, method = 'POST' }: Sent) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const sent: ClientRequest = request({
    ...{ host: target.host, port: target.port, path: '/graphql', method, agent },
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.on('error', () => resolve('closed'));
  sent.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      // A code stands at the begin, and a large answer is not what is looked for.
      if (text.length < 65_536) text += chunk;
    });
    response.on('error', () => resolve('closed'));
    response.on('close', () => resolve(`${response.statusCode} ${codeIn(text)}`));
  });
  sent.end(body);
  return promise;
}

function codeIn(text: string): string {
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? 'OK';
}

function probing(makeSent: (round: number) => Sent) {
  return async ({ target, tally }: Attacking): Promise<void> => {
    const agent = new Agent({ keepAlive: true });
    const key = { authorization: `Bearer ${target.apiKey}` };
    for (let round = 0; round < PROBES; round++) {
      const sent = makeSent(round);
      count(tally, await send(target, agent, { ...sent, headers: { ...sent.headers, ...key } }));
    }
    agent.destroy();
  };
}

/** The same request again and again, on several connections at once. */
function flood(makeSent: (round: number) => Sent) {
  return async ({ target, tally, isOver }: Attacking): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    let round = PROBES;
    const one = async () => {
      while (!isOver()) count(tally, await send(target, agent, makeSent(round++)));
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
    agent.destroy();
  };
}

/** `refusal` is a status and a code. */
function flooding(refusal: RegExp, makeSent: (round: number) => Sent): Attack {
  // Without a credential a body is shorter, too.
  const expects = [refusal, RATE, '200 RATE_LIMITED', '413 LIMIT_EXCEEDED', 'closed'];
  return { refusal, expects, run: flood(makeSent), probe: probing(makeSent) };
}

const LIMITED = /^200 LIMIT_EXCEEDED$/;
const INVALID = /^(200|400) (INVALID_INPUT|MALFORMED)$/;

function times(length: number, text: (index: number) => string): string {
  return Array.from({ length }, (_, index) => text(index)).join(' ');
}

const DOUBLING = times(
  12,
  (n) =>
    `fragment F${n + 1} on City {
    a: roads(limit: 3) { ...F${n} } b: roads(limit: 3) { ...F${n} }
  }`,
);

export const HTTP_ATTACKS: Readonly<Record<string, Attack>> = {
  deep: flooding(LIMITED, () =>
    queryOf(`{ cities { ${'roads { '.repeat(40)} id ${'} '.repeat(40)} } }`),
  ),
  wide: flooding(LIMITED, () => queryOf(`{ ${'__typename '.repeat(11_000)} }`)),
  aliases: flooding(LIMITED, () => queryOf(`{ ${times(10_000, (n) => `a${n}: __typename`)} }`)),
  fragmentBomb: flooding(LIMITED, () =>
    queryOf(`{ cities { ...F12 } } fragment F0 on City { id } ${DOUBLING}`),
  ),
  fragmentCycle: flooding(INVALID, () =>
    queryOf('{ cities { ...A } } fragment A on City { ...B } fragment B on City { ...A }'),
  ),
  directives: flooding(LIMITED, () =>
    queryOf(`{ __typename ${'@include(if: true) '.repeat(2_000)} }`),
  ),
  brackets: flooding(LIMITED, () => queryOf(`{ cities(where: ${'['.repeat(50_000)} }`)),
  batch: flooding(/^400 INVALID_INPUT$/, () => ({
    body: JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ __typename }' }))),
  })),
  introspection: flooding(/^(200 (OK|LIMIT_EXCEEDED)|429 RATE_LIMITED)$/, () =>
    queryOf(
      `{ ${times(
        100,
        (n) =>
          `a${n}: __schema { types { fields { type { fields { args { type { name } } } } } } }`,
      )} }`,
    ),
  ),
  deepVariables: flooding(LIMITED, () => {
    const query = 'query ($w: CityWhere) { cities(where: $w) { id } }';
    const deep = `${'{"NOT":'.repeat(100_000)}{}${'}'.repeat(100_000)}`;
    return { body: `{"query":"${query}","variables":{"w":${deep}}}` };
  }),
  largeVariables: flooding(/^200 (LIMIT_EXCEEDED|RATE_LIMITED)$/, () =>
    queryOf('query ($w: CityWhere) { citiesConnection(where: $w) { totalCount } }', {
      w: { OR: Array.from({ length: 30_000 }, (_, index) => ({ n: { eq: -1 - index } })) },
    }),
  ),
  longText: flooding(/^413 LIMIT_EXCEEDED$/, () =>
    queryOf(`{ cities(where: { code: { eq: "${'x'.repeat(5_000_000)}" } }) { id } }`),
  ),
  // Of two members of one name JSON takes the last: it is a request as others are.
  doubledKeys: flooding(/^200 OK$/, () => ({
    body: `{${'"query":"{ __typename }",'.repeat(2_000)}"query":"{ __typename }"}`,
  })),
  compressed: flooding(/^415 INVALID_INPUT$/, () => ({
    body: gzipSync(Buffer.alloc(1_000_000)),
    headers: { 'content-encoding': 'gzip' },
  })),
  forms: flooding(/^415 INVALID_INPUT$/, () => ({
    body: 'query=mutation{__typename}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })),
  // Each is another text, so that nothing that is kept helps.
  newTexts: flooding(INVALID, (round) =>
    queryOf(
      `{ ${times(90, (n) => `a${n}: city(where: { code: { eq: "${round}" } }) { no${n} }`)} }`,
    ),
  ),
  heavyPlan: flooding(/^200 (OK|LIMIT_EXCEEDED)$/, (round) =>
    queryOf(
      `{ ${times(
        100,
        (n) => `a${n}: citiesConnection(
      where: { text: { contains: "${'a'.repeat(60)}${round}" } }) { totalCount }`,
      )} }`,
    ),
  ),
  heavyResolvers: flooding(/^200 (OK|LIMIT_EXCEEDED)$/, () =>
    queryOf(
      `{ checkpoint ${times(
        40,
        (n) => `a${n}: cities(limit: 1, offset: ${n}
      sort: [{ text: ASC }, { n: DESC }], where: { roads: { some: { n: { gt: ${n} } } } }) { id }`,
      )} }`,
    ),
  ),
};
