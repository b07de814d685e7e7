import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subscribeBySse, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { type Answer, ask } from '../gateways/ask.ts';
import { Gateway, Gateways } from '../gateways/gateways.ts';
import { installGateways } from '../gateways/packages.ts';
import { Program } from '../gateways/program.ts';
import { compose, readSubgraph } from '../gateways/supergraph.ts';

const ALL = Object.values(Gateway);
const HIVE = [Gateway.HIVE_SSE, Gateway.HIVE_WS];
const CLIENTS = { WebSocket: subscribeByWebSocket, 'server-sent events': subscribeBySse };
const EVE = 'user:airports/eve';

const isInstalled = await installGateways();

describe.skipIf(!isInstalled)('airports and reviews behind one gateway', () => {
  const owned = new AsyncDisposableStack();
  let gateways: Gateways;

  beforeAll(async () => {
    const [airports, reviews] = await Promise.all([
      Program.start('airports-stand-in.ts'),
      Program.start('reviews-subgraph.ts'),
    ]);
    owned.use(airports);
    owned.use(reviews);
    const subgraphs = await Promise.all([
      readSubgraph('airports', airports.url),
      readSubgraph('reviews', reviews.url),
    ]);
    gateways = owned.use(await Gateways.start(subgraphs));
  });

  afterAll(() => owned.disposeAsync());

  const askAt = (gateway: Gateway, query: string, headers = {}): Promise<Answer> =>
    ask(gateways.url(gateway), query, { headers });

  test.each(ALL)('%s joins reviews to airports', async (gateway) => {
    const query = '{ airport(code: "JFK") { name routes { code reviews { text } } } }';
    const routes = [
      { code: 'BOS', reviews: [] },
      { code: 'LAX', reviews: [{ text: 'Bring a book' }] },
    ];
    const airport = { name: 'John F Kennedy Intl', routes };
    expect(await askAt(gateway, query)).toEqual({ data: { airport } });
  });

  test.each(ALL)('%s joins airports to reviews', async (gateway) => {
    const query = '{ review(id: "review-2") { stars airport { name routes { name } } } }';
    const routes = [{ name: 'John F Kennedy Intl' }];
    const review = { stars: 2, airport: { name: 'Los Angeles International', routes } };
    expect(await askAt(gateway, query)).toEqual({ data: { review } });
  });

  test.each(ALL)('%s brings each side the fields that it requires', async (gateway) => {
    const query = '{ airports { code headline verdict } }';
    const airports = [
      { code: 'JFK', headline: 'John F Kennedy Intl: 2 reviews', verdict: 'liked' },
      { code: 'LAX', headline: 'Los Angeles International: 1 reviews', verdict: 'not liked' },
      { code: 'BOS', headline: 'Gen Edw L Logan Intl: 0 reviews', verdict: 'not liked' },
    ];
    expect(await askAt(gateway, query)).toEqual({ data: { airports } });
  });
  test.each(ALL)('%s joins to an interface object whatever type there is', async (gateway) => {
    const query = '{ rated(starsMin: 4) { __typename id stars votes } }';
    const rated = [
      { __typename: 'Review', id: 'review-1', stars: 4, votes: 8 },
      { __typename: 'Inspection', id: 'inspection-1', stars: 5, votes: 12 },
    ];
    expect(await askAt(gateway, query)).toEqual({ data: { rated } });
  });

  test.each(ALL)('%s asks the other side for the types of an interface object', async (gateway) => {
    const query = '{ mostVoted { __typename id stars votes ... on Inspection { inspector } } }';
    const mostVoted = {
      __typename: 'Inspection',
      id: 'inspection-1',
      stars: 5,
      votes: 12,
      inspector: 'Dee',
    };
    expect(await askAt(gateway, query)).toEqual({ data: { mostVoted } });
  });

  // Hive Gateway asks reviews for it all the same.
  test('Apollo Gateway takes what a path provides from the side that provides it', async () => {
    const query = '{ airport(code: "BOS") { contact { displayName reviews { id } } } }';
    const contact = { displayName: 'Ann of Skyways', reviews: [{ id: 'review-1' }] };
    expect(await askAt(Gateway.APOLLO, query)).toEqual({ data: { airport: { contact } } });
  });

  test.each(ALL)('%s hands on who asks', async (gateway) => {
    const headers = { 'x-massive-graph-principal': EVE, authorization: 'Bearer token' };
    const query = '{ reviewer { principal authorization } }';
    const reviewer = { principal: EVE, authorization: 'Bearer token' };
    expect(await askAt(gateway, query, headers)).toEqual({ data: { reviewer } });
    const nobody = { principal: null, authorization: null };
    expect(await askAt(gateway, query)).toEqual({ data: { reviewer: nobody } });
  });

  test.each(ALL)('%s joins to what a mutation answers', async (gateway) => {
    const query = `mutation {
      addReview(code: "BOS", stars: 1, text: "Fog") { author { principal } airport { name } }
    }`;
    const addReview = { author: { principal: EVE }, airport: { name: 'Gen Edw L Logan Intl' } };
    const headers = { 'x-massive-graph-principal': EVE };
    expect(await askAt(gateway, query, headers)).toEqual({ data: { addReview } });
  });

  test.each(ALL)('%s tells why a subgraph refuses', async (gateway) => {
    const query = 'mutation { addReview(code: "BOS", stars: 6, text: "Fog") { id } }';
    const message = 'stars expected 1 to 5, got 6';
    expect((await askAt(gateway, query)).errors).toMatchObject([{ message, path: ['addReview'] }]);
  });

  describe.each(HIVE)('%s', (gateway) => {
    test.each(Object.entries(CLIENTS))(
      'joins to events for clients by %s',
      async (_, subscribe) => {
        const query = `subscription {
        reviewAdded(code: "LAX") { text author { principal } airport { name verdict } }
      }`;
        const subscriber = subscribe(gateways.url(gateway), query);
        await subscriber.received(1);
        const text = `${gateway}, ${_}`;
        const mutation = `mutation { addReview(code: "LAX", stars: 2, text: "${text}") { id } }`;
        await askAt(gateway, mutation, { 'x-massive-graph-principal': EVE });
        await subscriber.received(2);
        subscriber.stop();
        const airport = { name: 'Los Angeles International', verdict: 'not liked' };
        expect(subscriber.results[1]).toEqual({
          data: { reviewAdded: { text, author: { principal: EVE }, airport } },
        });
      },
    );
  });
});

test.skipIf(!isInstalled)('subgraphs that contradict each other do not compose', async () => {
  const one = { name: 'one', url: 'http://one.test', sdl: 'type Query { a: Int }' };
  const other = { name: 'other', url: 'http://other.test', sdl: 'type Query { a: String }' };
  await expect(compose([one, other])).rejects.toThrow(
    /the subgraphs expected to compose, got .*"Query.a"/,
  );
});
