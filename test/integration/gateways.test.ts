import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, gaugeOf } from '../fixture/api.ts';
import { subscribeBySse, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { EVE, SECRET, serveAirports } from '../gateways/airports-space.ts';
import { type Answer, ask } from '../gateways/ask.ts';
import { Gateway, Gateways } from '../gateways/gateways.ts';
import { installGateways } from '../gateways/packages.ts';
import { Program } from '../gateways/program.ts';
import { compose, readSubgraph } from '../gateways/supergraph.ts';

const ALL = Object.values(Gateway);
const HIVE = [Gateway.HIVE_SSE, Gateway.HIVE_WS];
const CLIENTS = { WebSocket: subscribeByWebSocket, 'server-sent events': subscribeBySse };
/** Of airports that a test makes through a gateway. */
const CODES: Readonly<Record<Gateway, string>> = {
  [Gateway.APOLLO]: 'AAA',
  [Gateway.HIVE_SSE]: 'BBB',
  [Gateway.HIVE_WS]: 'CCC',
};

const isInstalled = await installGateways();

describe.skipIf(!isInstalled)('airports and reviews behind one gateway', () => {
  const owned = new AsyncDisposableStack();
  let airports: Api;
  let gateways: Gateways;

  beforeAll(async () => {
    const [served, reviews] = await Promise.all([
      serveAirports(),
      Program.start('reviews-subgraph.ts'),
    ]);
    airports = owned.use(served);
    owned.use(reviews);
    const subgraphs = await Promise.all([
      readSubgraph('airports', airports.server.graphql),
      readSubgraph('reviews', reviews.url),
    ]);
    gateways = owned.use(await Gateways.start(subgraphs));
  });

  afterAll(() => owned.disposeAsync());

  const askAt = (gateway: Gateway, query: string, headers = {}): Promise<Answer> =>
    ask(gateways.url(gateway), query, { headers });

  test.each(ALL)('%s joins reviews to airports', async (gateway) => {
    const query = `{ airport(where: { code: { eq: "JFK" } }) {
      name routes(sort: [{ code: ASC }]) { code reviews { text } }
    } }`;
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
    const query = '{ airports(sort: [{ code: DESC }]) { code headline verdict } }';
    const airports = [
      { code: 'LAX', headline: 'Los Angeles International: 1 reviews', verdict: 'not liked' },
      { code: 'JFK', headline: 'John F Kennedy Intl: 2 reviews', verdict: 'liked' },
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
    const query = `{ airport(where: { code: { eq: "JFK" } }) {
      ratings(sort: [{ id: ASC }]) { __typename id stars votes ... on Inspection { inspector } }
    } }`;
    const inspection = { __typename: 'Inspection', id: 'inspection-1', inspector: 'Dee' };
    const ratings = [
      { ...inspection, stars: 5, votes: 12 },
      { __typename: 'Review', id: 'review-1', stars: 4, votes: 8 },
    ];
    expect(await askAt(gateway, query)).toEqual({ data: { airport: { ratings } } });
  });

  // Hive Gateway asks reviews for it all the same.
  test('Apollo Gateway takes what a path provides from the side that provides it', async () => {
    const query = `{ airport(where: { code: { eq: "BOS" } }) {
      contacts { displayName reviews { id } }
    } }`;
    const contacts = [{ displayName: 'Ann of Skyways', reviews: [{ id: 'review-1' }] }];
    expect(await askAt(Gateway.APOLLO, query)).toEqual({ data: { airport: { contacts } } });
  });

  test.each(ALL)('%s changes what is asked for in the same go', async (gateway) => {
    const query = `mutation {
      createAirports(input: [{ code: "${CODES[gateway]}", name: "New" }]) {
        airports { code name averageStars reviews { id } }
      }
    }`;
    const created = { code: CODES[gateway], name: 'New', averageStars: null, reviews: [] };
    expect(await askAt(gateway, query)).toEqual({
      data: { createAirports: { airports: [created] } },
    });
  });

  test.each(ALL)('%s tells nobody what is hidden', async (gateway) => {
    const query = `{
      airport(where: { code: { eq: "JFK" } }) { tower }
      latestReviews(first: 9) { airport { code tower } }
    }`;
    const hidden = await askAt(gateway, query);
    expect(JSON.stringify(hidden)).not.toContain(SECRET);
    expect(hidden.data).toMatchObject({ airport: { tower: null } });
    const shown = await askAt(gateway, query, { 'x-massive-graph-principal': EVE });
    expect(JSON.stringify(shown).split(SECRET)).toHaveLength(4);
  });

  test.each(ALL)('%s tells why a write is refused, and not what stands there', async (gateway) => {
    const query = `mutation {
      createAirports(input: [{ code: "JFK", name: "x", tower: "t" }]) { airports { tower } }
    }`;
    const { errors } = await askAt(gateway, query);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('expected a value that no') },
    ]);
    expect(JSON.stringify(errors)).not.toContain(SECRET);
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

    test.each(Object.entries(CLIENTS))(
      'joins to changes of the graph for clients by %s',
      async (client, subscribe) => {
        const query = `subscription {
          airportChanges(fields: [name], where: { code: { eq: "BOS" } }) {
            event airport { code name averageStars reviews { id } }
          }
        }`;
        await expect.poll(() => gaugeOf(airports, 'subscriptions')).toBe(0);
        const heard = subscribe(gateways.url(gateway), query);
        await expect.poll(() => gaugeOf(airports, 'subscriptions')).toBe(1);
        const name = `${gateway}, ${client}`;
        const rename = `mutation { updateAirports(
          where: { code: { eq: "BOS" } }, update: { name: { set: "${name}" } }
        ) { info { nodesCreated } } }`;
        await askAt(gateway, rename);
        await heard.received(1);
        heard.stop();
        const airport = { code: 'BOS', name, averageStars: expect.any(Number) };
        expect(heard.results[0]).toMatchObject({
          data: { airportChanges: { event: 'UPDATED', airport } },
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
