import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_LIMIT_SETS } from '../../src/server/caller-limits.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { type GuardedApi, SEED, serveGuarded } from '../fixture/guarded-api.ts';
import { signRequest } from '../fixture/signed-request.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { keySetOf, makePair, signToken } from '../fixture/tokens.ts';

const QUERY = JSON.stringify({ query: '{ __typename }' });
const CREATE = JSON.stringify({
  query: `mutation { createAirports(input: [{ code: "AAA", name: "a", country: "b" }]) {
    airports { id } } }`,
});
const UNIFORM = {
  status: 401,
  challenge: 'Bearer realm="massive-graph"',
  body: {
    errors: [
      {
        message: 'a request expected a credential that holds here, got none or another',
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ],
  },
};

type Headers = Readonly<Record<string, string>>;

let guarded: GuardedApi;

beforeEach(async () => {
  guarded = await serveGuarded();
});

afterEach(async () => {
  expect(guarded.api.internalErrors).toEqual([]);
  await guarded[Symbol.asyncDispose]();
});

function post(headers: Headers, body = QUERY, url = guarded.url): Promise<Response> {
  const type = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers: { ...type, ...headers }, body });
}

async function answerTo(headers: Headers, body = QUERY) {
  const response = await post(headers, body);
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, challenge, body: await response.json() };
}

/** As whom a mutation with these headers is written. */
async function actorOf(headers: Headers, to: GuardedApi['api'] = guarded.api): Promise<string> {
  const response = await post(headers, CREATE, to.server.graphql);
  const { data, errors } = (await response.json()) as {
    data?: { createAirports: { airports: [{ id: string }] } };
    errors?: unknown;
  };
  if (data === undefined) throw new Error(`expected data, got ${JSON.stringify(errors)}`);
  const [{ id }] = data.createAirports.airports;
  const node = to.space.graph.nodeById(id);
  const lineage = node === undefined ? undefined : await to.space.nodeLineage(node, 'name');
  return lineage?.actor ?? 'nobody';
}

const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` });

describe('[U5] a caller', () => {
  test.each([1_000, 65_000, 66_000, 130_000, 400_000])(
    'sends a body of %d bytes and more, all of which may come before it is known',
    async (length) => {
      const extensions = { padding: 'x'.repeat(length) };
      const body = JSON.stringify({ query: '{ __typename }', extensions });
      for (const headers of [bearer(guarded.apiKey), signRequest(SEED, { body })]) {
        const answer = await answerTo(headers, body);
        expect(answer).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
      }
    },
  );

  test('by a token writes as its user', async () => {
    expect(await actorOf(bearer(await signToken(guarded.pair)))).toBe('user:acme/ann');
  });

  test('by an API key writes as its principal, whatever the case of the scheme', async () => {
    expect(await actorOf({ authorization: `bearer  ${guarded.apiKey}` })).toBe('user:acme/program');
  });

  test('by a signature writes as the principal of the key', async () => {
    expect(await actorOf(signRequest(SEED, { body: CREATE }))).toBe('user:acme/ann');
  });

  test('may sign a GET, with its query', async () => {
    const target = '/graphql?query=%7B__typename%7D';
    const headers = signRequest(SEED, { method: 'GET', target });
    const response = await fetch(new URL(target, guarded.url), { headers });
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: { __typename: 'Query' } },
    ]);
  });
});

describe('[U6] the answer to what does not hold is the same', () => {
  test.each<[string, () => Headers | Promise<Headers>]>([
    ['nothing', () => ({})],
    ['another scheme', () => ({ authorization: 'Basic YTpi' })],
    ['no scheme', () => ({ authorization: guarded.apiKey })],
    ['an empty token', () => ({ authorization: 'Bearer ' })],
    ['two tokens in one', () => ({ authorization: `Bearer ${guarded.apiKey} x` })],
    ['no token', () => bearer('x')],
    ['a long text', () => bearer('x'.repeat(8_200))],
    ['an unknown API key', () => bearer(`mg_${'0'.repeat(16)}_${'0'.repeat(64)}`)],
    ['half an API key', () => bearer(guarded.apiKey.slice(0, 40))],
    [
      'a token of another issuer',
      async () => bearer(await signToken(guarded.pair, { claims: { iss: 'https://x.example' } })),
    ],
    ['a token by another key', async () => bearer(await signToken(await makePair('one')))],
    ['a token by an unknown key', async () => bearer(await signToken(await makePair('two')))],
    ['a token that is past', async () => bearer(await signToken(guarded.pair, { now: 1_000 }))],
    [
      'a token without a user',
      async () => bearer(await signToken(guarded.pair, { claims: { sub: '*' } })),
    ],
    ['a signature by another key', () => signRequest(SEED.with(0, 1), { body: QUERY })],
    ['a signature of another path', () => signRequest(SEED, { body: QUERY, target: '/' })],
    ['a signature of another method', () => signRequest(SEED, { body: QUERY, method: 'PUT' })],
    ['an old signature', () => signRequest(SEED, { body: QUERY, created: secondsAgo(61) })],
    ['a signature without its input', () => ({ signature: signRequest(SEED).signature ?? '' })],
    ['the body of another signature', () => signRequest(SEED, { body: `${QUERY} ` })],
    ['a bare name', () => ({ 'x-massive-graph-principal': 'user:acme/ann' })],
    [
      'a name beside a token',
      async () => ({
        ...bearer(await signToken(guarded.pair)),
        'x-massive-graph-principal': 'user:acme/root',
      }),
    ],
    [
      'a signature beside a key',
      () => ({ ...signRequest(SEED, { body: QUERY }), ...bearer(guarded.apiKey) }),
    ],
  ])('to %s', async (_, headers) => {
    expect(await answerTo(await headers())).toEqual(UNIFORM);
    expect(guarded.refusals).toEqual([
      { method: expect.any(String), reason: expect.any(String), address: '127.0.0.1' },
    ]);
  });

  test('to a credential that comes twice', async () => {
    const value = `Bearer ${guarded.apiKey}`;
    const sent = request(guarded.url, {
      method: 'POST',
      headers: ['host', 'a', 'content-length', `${QUERY.length}`]
        .concat(['content-type', 'application/json'])
        .concat(['authorization', value, 'Authorization', value]),
    });
    sent.end(QUERY);
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(401);
    expect(guarded.refusals[0]?.reason).toBe('a request expected one credential, got 2');
  });

  test('and is in the form that the client asks for', async () => {
    const accept = 'application/graphql-response+json';
    const response = await post({ accept });
    expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
    expect([response.status, await response.json()]).toEqual([401, UNIFORM.body]);
  });

  test('before anything of the request is looked at', async () => {
    const body = 'x'.repeat(100_000);
    const response = await post({ 'content-type': 'text/plain', accept: 'image/png' }, body);
    expect(response.status).toBe(401);
    await response.text();
    const preflight = await fetch(guarded.url, { method: 'OPTIONS' });
    expect([preflight.status, await preflight.json()]).toEqual([401, UNIFORM.body]);
  });

  test('and counts by what was tried', async () => {
    await answerTo({});
    await answerTo(bearer('x'));
    await answerTo(bearer(await signToken(guarded.pair)));
    await answerTo(bearer(guarded.apiKey));
    const text = await (await fetch(guarded.api.server.metrics)).text();
    for (const [method, outcome] of [
      ['none', 'refused'],
      ['token', 'refused'],
      ['token', 'accepted'],
      ['api_key', 'accepted'],
    ]) {
      const name = 'massive_graph_authentications_total';
      expect(text).toContain(`${name}{method="${method}",outcome="${outcome}"} 1`);
    }
  });

  function secondsAgo(seconds: number): number {
    return Math.floor(Date.now() / 1000) - seconds;
  }
});

describe('[U18] a signed request', () => {
  test('is taken once', async () => {
    const headers = signRequest(SEED, { body: QUERY });
    expect((await answerTo(headers)).status).toBe(200);
    expect(await answerTo(headers)).toEqual(UNIFORM);
    expect(guarded.refusals[0]?.reason).toContain('was used before');
  });

  test('whose body was changed on the way writes nothing', async () => {
    const headers = signRequest(SEED, { body: CREATE });
    expect(await answerTo(headers, CREATE.replace('AAA', 'BBB'))).toEqual(UNIFORM);
    expect(guarded.api.space.graph.counts().nodes).toBe(0);
    expect(guarded.refusals[0]?.reason).toContain('the one that was signed');
  });

  test('at the start of a server is refused', async () => {
    await using fresh = await serveTestSpace(flightsDefinition(), {
      authentication: {
        anonymous: false,
        issuers: [],
        apiKeys: undefined,
        signing: { origin: 'https://graph.example', keys: [] },
        limits: NO_LIMIT_SETS,
      },
    });
    const response = await post(signRequest(SEED, { body: QUERY }), QUERY, fresh.server.graphql);
    expect(response.status).toBe(401);
    await response.text();
  });
});

describe('[U11] the keys of an issuer', () => {
  test('are rotated under a server that runs', async () => {
    const next = await makePair('next');
    expect((await answerTo(bearer(await signToken(guarded.pair)))).status).toBe(200);
    guarded.keys.answer(await keySetOf(next));
    expect((await answerTo(bearer(await signToken(next)))).status).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    try {
      expect((await answerTo(bearer(await signToken(next)))).status).toBe(200);
      expect((await answerTo(bearer(await signToken(guarded.pair)))).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
    expect(guarded.keys.asked).toBe(2);
  });
});

describe('[U15] an API key', () => {
  test('that is revoked does not hold from the next request on', async () => {
    expect((await answerTo(bearer(guarded.apiKey))).status).toBe(200);
    await guarded.changeKey({ revoked: Date.now() });
    expect(await answerTo(bearer(guarded.apiKey))).toEqual(UNIFORM);
    await guarded.changeKey({});
    expect((await answerTo(bearer(guarded.apiKey))).status).toBe(200);
    await guarded.changeKey({ expires: Date.now() });
    expect(await answerTo(bearer(guarded.apiKey))).toEqual(UNIFORM);
  });
});

describe('[U7] without a credential', () => {
  test.each(['/', '/health'])('%s is answered', async (path) => {
    const response = await fetch(new URL(path, guarded.url));
    expect(response.status).toBe(200);
    await response.text();
  });

  test('the page of GraphiQL is there, and says nothing of the definition', async () => {
    const html = { accept: 'text/html' };
    const response = await fetch(guarded.url, { headers: html });
    expect([response.status, (await response.text()).includes('airports')]).toEqual([200, false]);
    await using open = await serveTestSpace(flightsDefinition());
    const page = await fetch(open.server.graphql, { headers: html });
    expect(await page.text()).toContain('airports');
  });

  test('a caller is let in where the file says so, but not with a wrong credential', async () => {
    await using open = await serveGuarded({ anonymous: true });
    expect(await actorOf({}, open.api)).toBe('user:*');
    for (const headers of [
      bearer('x'),
      { authorization: '' },
      { 'x-massive-graph-principal': 'user:acme/ann' },
    ]) {
      const response = await post(headers, QUERY, open.url);
      expect(response.status).toBe(401);
      await response.text();
    }
  });
});

describe('without an authentication file', () => {
  test('[U2] a caller is who he says he is', async () => {
    await using open = await serveTestSpace(flightsDefinition());
    const name = (text: string) => ({
      'x-massive-graph-principal': Buffer.from(text).toString('latin1'),
    });
    expect(await actorOf(name('user:acme/zoë'), open)).toBe('user:acme/zoë');
    for (const [headers, status] of [
      [name('user:*'), 200],
      [name('acme/ann'), 400],
      [name(''), 400],
      [name('user:acme/a b'), 400],
      [name(`user:acme/${'x'.repeat(200)}`), 400],
      [{ 'x-massive-graph-principal': '\u00ff' }, 401],
      [bearer('x'), 401],
      [signRequest(SEED, { body: QUERY }), 401],
      [{ ...name('user:acme/ann'), ...bearer('x') }, 401],
    ] as const) {
      const response = await post(headers, QUERY, open.server.graphql);
      expect([headers, response.status]).toEqual([headers, status]);
      await response.text();
    }
  });

  test('[U2] it listens to this machine alone', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com']) {
      await expect(serveTestSpace(flightsDefinition(), { host })).rejects.toThrow(
        'expected a loopback address, as no authentication is configured',
      );
    }
  });

  test('[U3] a request to another name than its own is not answered', async () => {
    await using open = await serveTestSpace(flightsDefinition());
    const { port, metricsPort, syncPort } = open.server;
    for (const [to, path] of [
      [port, '/graphql?query={__typename}'],
      [port, '/health'],
      [metricsPort, '/metrics'],
    ] as const) {
      expect(await statusOf(to, path, `evil.example:${to}`)).toBe(421);
      expect(await statusOf(to, path, `localhost:${to}`)).toBe(200);
    }
    expect(await statusOf(syncPort, '/', 'evil.example')).toBe(421);
    expect(await statusOf(syncPort, '/', 'localhost')).toBe(426);
    for (const [to, path] of [
      [port, '/graphql'],
      [syncPort, '/'],
    ] as const) {
      expect(await statusOf(to, path, 'evil.example', UPGRADE)).toBe(421);
      expect(await statusOf(to, path, `127.0.0.1:${to}`, UPGRADE)).toBe(101);
    }
  });

  test('[U3] with one it is called as its clients call it, but for its metrics', async () => {
    const { port, metricsPort } = guarded.api.server;
    expect(await statusOf(port, '/health', 'graph.example')).toBe(200);
    expect(await statusOf(metricsPort, '/metrics', 'graph.example')).toBe(421);
  });

  test('[U3] a page of another origin cannot name a principal', async () => {
    await using open = await serveTestSpace(flightsDefinition());
    const preflight = await fetch(open.server.graphql, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-massive-graph-principal',
      },
    });
    await preflight.text();
    const allowed = [...preflight.headers.keys()].filter((name) => name.startsWith('access-'));
    expect(allowed).toEqual([]);
  });

  const UPGRADE =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    'Sec-WebSocket-Protocol: massive-graph, graphql-transport-ws\r\n';

  /** On a plain socket, as clients choose the name themselves. */
  async function statusOf(port: number, path: string, host: string, more = ''): Promise<number> {
    const socket = connect(port, '127.0.0.1');
    const connection = more === '' ? 'Connection: close\r\n' : more;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${connection}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(String(answer))?.[1]);
  }
});
