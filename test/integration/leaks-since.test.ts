/** What subscribers are told behind a cursor, and what cursors that they make up tell them. */

import { afterEach, describe, expect, test } from 'vitest';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { cursorOf, readPlace } from '../../src/graphql/change-cursor.ts';
import type { ChangeEntry, Delivery } from '../../src/graphql/change-delivery.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { Overflow } from '../../src/graphql/change-queue.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { ORIGIN, STEPS, takeStep, type World } from '../fixture/leak-steps.ts';
import {
  EVE,
  type LeakWorld,
  openLeakWorld,
  PEOPLE,
  ROOT,
  withoutHashes,
} from '../fixture/leak-world.ts';
import { type Subscriber, subscribeBySse } from '../fixture/subscribers.ts';

const open: Subscriber[] = [];
/** Keys of nodes that are hidden in one world, or the other, or are nowhere. */
const HIDDEN = ['hal@x', 'ida@x', 'jim@x', 'leo@x', 'nobody@x'];

afterEach(() => {
  for (const subscriber of open.splice(0)) subscriber.stop();
});

interface Asked {
  readonly query: string;
  readonly since: string;
  readonly actor?: string;
}

function subscribe({ server }: LeakWorld, { query, since, actor = EVE }: Asked): Subscriber {
  const headers = { [PRINCIPAL_HEADER]: actor };
  const subscriber = subscribeBySse(server.graphql, query, { since }, headers);
  open.push(subscriber);
  return subscriber;
}

/** The last of what is told of the steps. */
async function last(subscriber: Subscriber): Promise<void> {
  for (let count = 1; ; count++) {
    await subscriber.received(count);
    if (JSON.stringify(subscriber.results[count - 1]).includes('"last"')) return;
  }
}

function textsOf({ results }: Subscriber): string[] {
  return results.map((result) => withoutHashes(JSON.stringify(result)));
}

const QUERIES: readonly string[] = [
  `nodeChanges(since: $since) { ${ORIGIN} id type fields node { id ... on Team { name budget }
    ... on Person { name salary note } } }`,
  `teamChanges(since: $since) { ${ORIGIN} fields team { name budget } }`,
  `personChanges(fields: [salary, note], since: $since) { ${ORIGIN} fields person { note } }`,
  `relationshipChanges(since: $since) { ${ORIGIN} type from to fields fromNode { id }
    toNode { id ... on Team { name } } }`,
];
/** Beside it, so that each stream has an end that can be waited for. */
const END = 'note: { set: "last" }';

describe('changes that are told again', () => {
  test.each(QUERIES)('%s', async (field) => {
    const query = `subscription ($since: String) { ${field} }`;
    const told: string[][] = [];
    for (const which of ['one', 'other'] as const) {
      await using world = await openWritten(which);
      const { start } = world;
      // Behind the begin, and then behind each change that Eve was told.
      const all = subscribe(world, { query, since: start });
      await last(all);
      told.push(textsOf(all));
      for (const [index, { data }] of all.results.entries()) {
        const { cursor: since } = Object.values(data ?? {})[0] as { readonly cursor: string };
        if (index + 1 === all.results.length) break;
        const rest = subscribe(world, { query, since });
        await last(rest);
        expect(textsOf(rest)).toEqual(textsOf(all).slice(index + 1));
      }
      const root = subscribe(world, { query, since: start, actor: ROOT });
      await last(root);
      if (!field.startsWith('team')) expect(textsOf(root)).not.toEqual(textsOf(all));
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[0]?.length).toBeGreaterThan(0);
  });

  test('[N4] cursors that are made up tell nothing of what is hidden', async () => {
    const told: string[][] = [];
    const ids = new Set<string>();
    for (const which of ['one', 'other'] as const) {
      await using world = await openWritten(which);
      for (const key of HIDDEN) ids.add(idOf(key, world.space.id));
      const feed = openChangeFeed(world.space);
      const wants = (entry: ChangeEntry): entry is ChangeEntry => entry.element !== 'edge';
      const answers = madeUp(world).map(async (place) => {
        const since = readPlace(place);
        const interest = { element: 'node' } as const;
        const places: string[] = [];
        for await (const value of feed.subscribe({ interest, wants, actor: EVE, since })) {
          places.push(placeOf(value));
          if (places.at(-1)?.includes('RESYNC') || places.at(-1)?.startsWith(world.end)) break;
        }
        return `${place}: ${places.join(' ')}`;
      });
      told.push(await Promise.all(answers));
      feed.close();
    }
    const [one = [], other = []] = told;
    expect(other).toEqual(one);
    const anew = one.filter((text) => text.includes('RESYNC'));
    expect(anew.length).toBeGreaterThan(one.length / 4);
    expect(one.length - anew.length).toBeGreaterThan(30);
    for (const id of ids)
      expect(anew.filter((text) => text.includes(id)).length).toBeGreaterThan(9);
  });
});

describe('[N3] rights that changed since', () => {
  const query = `subscription ($since: String) {
    nodeChanges(since: $since) { ${ORIGIN} id fields } }`;

  async function eventsSince(world: LeakWorld, since: string, count: number) {
    const subscriber = subscribe(world, { query, since });
    await subscriber.received(count);
    return subscriber.results.map(({ data }) => data?.nodeChanges);
  }

  test('are told once, and what came is judged by those of now', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const [hal, ann] = [ids.get('hal@x') ?? '', ids.get('ann@x') ?? ''];
    const start = cursorOf(space, `${space.position}`);
    const write = (id: string) =>
      space.write({ actor: ROOT }, (draft) => draft.setNodeValue(id, 'note', 'new'));
    await write(hal);
    await write(ann);
    const read = { relation: 'read', subject: EVE };
    await space.access.grant([{ ...read, object: `Person:${hal}` }]);
    await space.access.revoke({ grants: [{ ...read, object: `Person:${ann}` }] });
    const changed = { event: 'PERMISSIONS_CHANGED', id: null, fields: [], commit: null };
    const events = await eventsSince(world, start, 2);
    expect(events).toEqual([
      expect.objectContaining({ event: 'UPDATED', id: hal, fields: ['note'] }),
      expect.objectContaining(changed),
    ]);
    // Behind it nothing has changed any more.
    const { cursor } = events[1] as { readonly cursor: string };
    const later = eventsSince(world, cursor, 1);
    await write(hal);
    expect(await later).toEqual([expect.objectContaining({ event: 'UPDATED', id: hal })]);
  });

  test('are not told where they are those of others', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const start = cursorOf(space, `${space.position}`);
    const bob = { relation: 'read', subject: 'user:acme/bob' };
    await space.access.grant([{ ...bob, object: `Person:${ids.get('hal@x')}` }]);
    await space.write({ actor: ROOT }, (draft) => {
      draft.setNodeValue(ids.get('ann@x') ?? '', 'note', 'new');
    });
    const told = await eventsSince(world, start, 1);
    expect(told).toEqual([expect.objectContaining({ event: 'UPDATED' })]);
  });

  test('are told behind one of several changes of a record, of which others may lack', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const feed = openChangeFeed(space);
    const wants = (entry: ChangeEntry): entry is ChangeEntry => entry.element !== 'edge';
    const asked = { interest: { element: 'node' }, wants, actor: EVE } as const;
    const live = feed.subscribe(asked);
    const read = { relation: 'read', subject: EVE };
    await space.access.grant([
      { ...read, object: `Person:${ids.get('hal@x')}` },
      { ...read, object: 'Vault:*' },
    ]);
    const { value } = await live.next();
    if (value === undefined || value instanceof Overflow) throw new Error('expected an entry');
    expect(value.entry.event).toBe('SHOWN');
    const back = feed.subscribe({ ...asked, since: readPlace(value.origin.place) });
    const { value: first } = await back.next();
    expect(first).toMatchObject({ entry: { event: 'PERMISSIONS_CHANGED' } });
    feed.close();
    expect(await back.next()).toEqual({ done: true, value: undefined });
  });
});

interface Written extends LeakWorld {
  /** A cursor before the steps, and where the last change of all is. */
  readonly start: string;
  readonly end: string;
}

/** A world after all steps. */
async function openWritten(which: World): Promise<Written> {
  const world = await openLeakWorld(which);
  const start = cursorOf(world.space, `${world.space.position}`);
  for (const step of STEPS) await takeStep(world, which, step);
  const ann = 'where: { email: { eq: "ann@x" } }';
  await takeStep(
    world,
    which,
    `updatePeople(${ann}, update: { ${END} }) { info { nodesCreated } }`,
  );
  return Object.assign(world, { start, end: `${world.space.position}.` });
}

/** Places of each entry before the last and of some behind it, with names of all kinds. */
function madeUp({ space }: LeakWorld): string[] {
  const positions = Array.from({ length: space.position + 4 }, (_, position) => position);
  const others = positions.filter((position) => position !== space.position);
  return others.flatMap((position) => [
    `${position}`,
    ...[...HIDDEN, ...PEOPLE].map((key) => `${position}.0.${idOf(key, space.id)}`),
    `${position}.1.${idOf('ann@x', space.id)}`,
    // Of a record: it is told again what came from there on.
    `${Math.min(position, space.position)}.authority.${idOf('hal@x', space.id)}.SHOWN`,
  ]);
}

function idOf(key: string, space: string): string {
  return nodeIdByKey({ space: Buffer.from(space, 'hex'), type: 'Person', key });
}

function placeOf(value: Delivery | Overflow): string {
  if (value instanceof Overflow) return 'overflow';
  return `${value.origin.place} ${value.entry.event} ${value.entry.paths}`;
}
