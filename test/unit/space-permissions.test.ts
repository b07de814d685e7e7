/** Permissions of an open space: what its users may write, and what a start makes of the log. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { signRecord } from '../../src/authority/record.ts';
import { fromHex } from '../../src/base/bytes.ts';
import { SPACE_MEMORY_BYTES_LEAST } from '../../src/base/limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { DirectoryOrganisation } from '../../src/crypto/organisation-store.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SDL = `
  type Place @node { code: ID! @id  name: String  people: BigInt  at: At  tags: [String!] @set
    roads: [Place!]! @relationship(type: "WAY", direction: OUT, properties: "Way") }
  type Way @relationshipProperties { length: BigInt  lanes: BigInt  signs: [String!] @set }
  type At { x: String }`;
const MODEL = `model
  schema 1.1
type user
type Place
  relations
    define read: [user, user:*]
    define create: [user, user:*]
    define delete: [user]
    define write: [user, user:* with before]
    define write.people: [user, user:*]
    define write.tags: [user]
    define write.at: [user]
type WAY
  relations
    define read: [user, user:*]
    define create: [user]
    define write: [user]
    define write.lanes: [user]
    define write.signs: [user]
condition before(now: timestamp, limit: timestamp) {
  now < limit
}`;
const ANNA = 'user:anna';
const BEN = 'user:ben';
const ALL = [
  ...['Place:*', 'WAY:*'].map((object) => grantOf(object, 'read', 'user:*')),
  ...['create', 'delete', 'write', 'write.people', 'write.tags', 'write.at'].map((relation) => {
    return grantOf('Place:*', relation, ANNA);
  }),
  ...['create', 'write', 'write.lanes', 'write.signs'].map((relation) =>
    grantOf('WAY:*', relation, ANNA),
  ),
];
const NAME = ['name', 'new'] as const;

describe('[R39] a draft', () => {
  interface Places {
    readonly a: string;
    readonly b: string;
  }
  const edge = ({ a, b }: Places) => ({ from: a, type: 'WAY', to: b });

  test.each<[string, (draft: Draft, places: Places) => unknown, WrittenGrant]>([
    [
      'a create',
      (draft) => draft.createNode('Place', { key: 'c' }),
      grantOf('Place:*', 'create', BEN),
    ],
    ['a set', (draft, { a }) => draft.setNodeValue(a, ...NAME), grantOf('Place:*', 'write', BEN)],
    [
      'a set of a path with a rule',
      (draft, { a }) => draft.setNodeValue(a, 'people', 2n),
      grantOf('Place:*', 'write.people', BEN),
    ],
    [
      'a set below a path with a rule',
      (draft, { a }) => draft.setNodeValue(a, 'at.x', 'new'),
      grantOf('Place:*', 'write.at', BEN),
    ],
    [
      'an increment',
      (draft, { a }) => draft.incrementNodeValue(a, 'people', 1n),
      grantOf('Place:*', 'write.people', BEN),
    ],
    [
      'an add',
      (draft, { a }) => draft.addToNodeSet(a, 'tags', ['x']),
      grantOf('Place:*', 'write.tags', BEN),
    ],
    [
      'a removal',
      (draft, { a }) => draft.removeFromNodeSet(a, 'tags', ['red']),
      grantOf('Place:*', 'write.tags', BEN),
    ],
    [
      'an add at an edge',
      (draft, places) => draft.addToEdgeSet(edge(places), 'signs', ['x']),
      grantOf('WAY:*', 'write.signs', BEN),
    ],
    [
      'a removal at an edge',
      (draft, places) => draft.removeFromEdgeSet(edge(places), 'signs', ['red']),
      grantOf('WAY:*', 'write.signs', BEN),
    ],
    ['a delete', (draft, { a }) => draft.deleteNode(a), grantOf('Place:*', 'delete', BEN)],
    [
      'a create of an edge',
      (draft, { a, b }) => draft.createEdge({ from: b, type: 'WAY', to: a }),
      grantOf('WAY:*', 'create', BEN),
    ],
    [
      'a set at an edge',
      (draft, places) => draft.setEdgeValue(edge(places), 'length', 2n),
      grantOf('WAY:*', 'write', BEN),
    ],
    [
      'a set at an edge of a path with a rule',
      (draft, places) => draft.setEdgeValue(edge(places), 'lanes', 2n),
      grantOf('WAY:*', 'write.lanes', BEN),
    ],
    [
      'an increment at an edge',
      (draft, places) => draft.incrementEdgeValue(edge(places), 'length', 2n),
      grantOf('WAY:*', 'write', BEN),
    ],
    [
      'a delete of an edge, by the right to write',
      (draft, places) => draft.deleteEdge(edge(places)),
      grantOf('WAY:*', 'write', BEN),
    ],
  ])('refuses %s until it is granted, and changes nothing', async (_, act, grant) => {
    const { space, places } = await placesSpace();
    const others = ALL.map((each) => ({ ...each, subject: BEN }));
    await space.access.grant(
      others.filter((each) => each.object !== grant.object || each.relation !== grant.relation),
    );
    const before = space.stateHash();
    const write = () => space.write({ actor: BEN }, (draft) => act(draft, places));
    await expect(write()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(space.stateHash()).toBe(before);
    await space.access.grant([grant]);
    await write();
    expect(space.stateHash()).not.toBe(before);
    await space.access.revoke({ grants: [grant] });
    await expect(write()).rejects.toMatchObject({
      code: expect.stringMatching(/FORBIDDEN|NOT_FOUND|EXISTS/),
    });
  });

  test('is granted for one object alone', async () => {
    const { space, places } = await placesSpace();
    await space.access.grant([grantOf(`Place:${places.a}`, 'write', BEN)]);
    await space.write({ actor: BEN }, (draft) => draft.setNodeValue(places.a, ...NAME));
    await expect(
      space.write({ actor: BEN }, (draft) => draft.setNodeValue(places.b, ...NAME)),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('of one who may not holds up no other of its commit', async () => {
    const { space, places } = await placesSpace();
    const written = await Promise.allSettled(
      [ANNA, BEN, ANNA].map((actor) =>
        space.write({ actor }, (draft) => draft.incrementNodeValue(places.a, 'people', 1n)),
      ),
    );
    expect(written.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(shownAt(space, 'people')).toBe(3n);
  });

  test.each(
    [
      [
        'anna',
        'user',
        'user:',
        'user:an na',
        'user:an:na',
        'user:anna#member',
        'Place:a',
        'user:*',
      ],
    ].flat(),
  )('[R36] by %s may do nothing', async (actor) => {
    const { space } = await placesSpace();
    await expect(
      space.write({ actor }, (draft) => draft.createNode('Place', { key: 'c' })),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('[R36] by nobody who is known may do what is granted to everybody', async () => {
    const { space } = await placesSpace();
    await space.access.grant([grantOf('Place:*', 'create', 'user:*')]);
    for (const actor of ['user:*', 'user:stranger', 'user:red/ben']) {
      await space.write({ actor }, (draft) => draft.createNode('Place', { key: actor }));
    }
    for (const actor of ['stranger', 'user:a#b', 'bot:x']) {
      await expect(
        space.write({ actor }, (draft) => draft.createNode('Place', { key: actor })),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('[R38] sees the time of its commit as now', async () => {
    let milliseconds = 1_750_000_000_000;
    const { space, places } = await placesSpace({ now: () => milliseconds });
    const context = JSON.stringify({ limit: new Date(milliseconds + 5_000).toISOString() });
    const condition = { name: 'before', context };
    await space.access.grant([{ ...grantOf('Place:*', 'write', 'user:*'), condition }]);
    const write = () =>
      space.write({ actor: BEN }, (draft) => draft.setNodeValue(places.a, ...NAME));
    await write();
    milliseconds += 6_000;
    await expect(write()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('may do everything in a space that has no model, whoever it is of', async () => {
    const space = await openMemorySpace({ definition: { source: SDL } });
    expect(space.access.isOpen).toBe(true);
    await space.write({ actor: 'tester' }, (draft) => draft.createNode('Place', { key: 'c' }));
  });

  test('by an author whom a record has revoked is no commit', async () => {
    const { space } = await placesSpace();
    await space.access.revoke({ authors: [space.author] });
    await expect(
      space.write({ actor: ANNA }, (draft) => draft.createNode('Place', { key: 'c' })),
    ).rejects.toMatchObject({ code: 'REFUSED' });
  });
});

describe('[A2] what no record may say is refused, and not appended:', () => {
  const long = (count: number) =>
    Array.from({ length: count }, (_, index) => grantOf(`Place:${index}`, 'write', BEN));
  const withCondition = {
    ...grantOf('Place:1', 'write', BEN),
    condition: { name: 'x', context: '{}' },
  };

  test.each<[string, (space: OpenSpace) => Promise<unknown>]>([
    ['no grants', (space) => space.access.grant([])],
    ['16,385 grants', (space) => space.access.grant(long(16_385))],
    [
      'grants of more than 2 MiB',
      (space) =>
        space.access.grant(
          long(16_384).map((each) => ({ ...each, object: `${each.object}-${'x'.repeat(200)}` })),
        ),
    ],
    [
      'half a surrogate pair',
      (space) => space.access.grant([grantOf('Place:\ud800', 'write', BEN)]),
    ],
    [
      'a context of 32,769 bytes',
      (space) =>
        space.access.grant([
          { ...withCondition, condition: { name: 'before', context: ' '.repeat(32_769) } },
        ]),
    ],
    ['nothing to revoke', (space) => space.access.revoke({})],
    [
      'a grant that ends with a condition',
      (space) => space.access.revoke({ grants: [withCondition] }),
    ],
    [
      'an author who is revoked twice',
      (space) => space.access.revoke({ authors: [space.author, space.author] }),
    ],
    ['a key of 31 bytes', (space) => space.access.revoke({ authors: [space.author.subarray(1)] })],
    ['a member of two lines', (space) => space.access.revoke({ members: ['a\nb'] })],
    ['a member key of 31 bytes', (space) => space.addMember('red', new Uint8Array(31))],
    [
      'an author of a member of two lines',
      (space) => space.certifyAuthor(new Uint8Array(32).fill(1), 'x', 'a\nb'),
    ],
  ])('%s', async (_, act) => {
    const { space } = await placesSpace();
    const { height } = space.access;
    await expect(act(space)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(space.access.height).toBe(height);
    await space.access.grant([grantOf('Place:1', 'write', BEN)]);
  });
});

describe('[A23] a data directory', () => {
  test('starts in the state that a record has made of it, from an older image too', async () => {
    const directory = await narrowedDirectory();
    const expected = await inSpace(directory, async (space) => {
      expect(space.graph.nodeByKey('Place', 'masked')).toBeUndefined();
      expect(shownAt(space, 'name')).toBe('first');
      return space.stateHash();
    });
    const images = await imagesOf(directory);
    expect(images.length).toBeGreaterThan(1);
    for (const name of images.slice(0, -1)) await rm(join(directory, name));
    const notes: string[] = [];
    const hash = async (space: Space) => space.stateHash();
    expect(await inSpace(directory, hash, (text) => notes.push(text))).toBe(expected);
    expect(notes).toEqual([
      expect.stringMatching(/later records keep, got commit .* passed over$/),
    ]);
    for (const name of await imagesOf(directory)) await rm(join(directory, name));
    expect(await inSpace(directory, hash)).toBe(expected);
  });

  test('asks about each height as before, after a start', async () => {
    const directory = await narrowedDirectory();
    const ask = async (space: Space) => {
      const question = {
        object: { type: 'Place', id: 'x' },
        relation: 'write',
        subject: { type: 'user', id: 'anna' },
      };
      const heights = Array.from({ length: space.access.height + 1 }, (_, height) => height);
      return heights.map((height) => {
        const isOpen = space.access.version({ height }) === undefined;
        return isOpen ? 'open' : space.access.check(question, { height });
      });
    };
    const answers = await inSpace(directory, ask);
    expect(answers).toContain('open');
    expect(answers.slice(-3)).toEqual([false, true, false]);
    for (const name of await imagesOf(directory)) await rm(join(directory, name));
    expect(await inSpace(directory, ask)).toEqual(answers);
  });
});

test('a space that is full takes no grants, half of a record neither', async () => {
  const memoryBytesMax = SPACE_MEMORY_BYTES_LEAST;
  const space = await openMemorySpace({ definition: { source: SDL }, memoryBytesMax });
  await space.access.installModel({ source: MODEL });
  const record = (number: number) =>
    Array.from({ length: 16_384 }, (_, index) => {
      return grantOf(`Place:${number}-${index}-${'x'.repeat(60)}`, 'write', BEN);
    });
  let number = 0;
  const grow = async () => {
    for (; number < 200; number++) await space.access.grant(record(number));
  };
  await expect(grow()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  const height = space.access.height;
  const isGranted = (id: string) => {
    const subject = { type: 'user', id: 'ben' };
    return space.access.check({ object: { type: 'Place', id }, relation: 'write', subject });
  };
  const idOf = ({ object }: WrittenGrant) => object.slice('Place:'.length);
  const [refused, held] = [record(number), record(number - 1)];
  for (const each of refused) expect(isGranted(idOf(each))).toBe(false);
  for (const each of held) expect(isGranted(idOf(each))).toBe(true);
  await space.access.revoke({ grants: held.slice(0, 10) });
  expect(space.access.height).toBe(height + 1);
  expect(held.slice(0, 11).map((each) => isGranted(idOf(each)))).toEqual([
    ...Array(10).fill(false),
    true,
  ]);
}, 120_000);

async function placesSpace(clock?: { now: () => number }) {
  const options = { definition: { source: SDL }, ...(clock !== undefined && { clock }) };
  const space = await openMemorySpace(options);
  await space.access.installModel({ source: MODEL });
  await space.access.grant(ALL);
  const { result: places } = await space.write({ actor: ANNA }, (draft) => {
    const [a, b] = ['a', 'b'].map((key) => draft.createNode('Place', { key })) as [string, string];
    draft.setNodeValue(a, 'people', 1n);
    draft.addToNodeSet(a, 'tags', ['red']);
    draft.createEdge({ from: a, type: 'WAY', to: b });
    draft.setEdgeValue({ from: a, type: 'WAY', to: b }, 'length', 1n);
    draft.addToEdgeSet({ from: a, type: 'WAY', to: b }, 'signs', ['red']);
    return { a, b };
  });
  return { space, places };
}

/** Anna's last writes are masked by a record that does not keep them; an older image shows them. */
async function narrowedDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  await inSpace(directory, async (space) => {
    await space.write({ actor: 'user:first' }, (draft) => {
      draft.setNodeValue(draft.createNode('Place', { key: 'a' }), 'name', 'first');
    });
    await space.access.installModel({ source: MODEL });
    await space.access.grant(ALL);
    await space.write({ actor: ANNA }, (draft) => {
      const node = space.graph.nodeByKey('Place', 'a');
      if (node !== undefined) draft.setNodeValue(space.graph.nodeId(node), 'name', 'second');
      draft.createNode('Place', { key: 'masked' });
    });
  });
  await inSpace(directory, async (space) => {
    expect(shownAt(space, 'name')).toBe('second');
    const organisation = new DirectoryOrganisation({
      directory,
      passphrase: undefined,
      random: systemRandom,
    });
    const { seed } = await organisation.unlock(fromHex(space.organisation.owner));
    const place = {
      space: fromHex(space.id),
      height: space.access.height + 1,
      previous: space.authority,
    };
    const ended = { grants: ALL, authors: [], members: [], frontier: [] };
    const record = signRecord({ kind: 'revocation', ...place, ...ended }, seed);
    await (space as OpenSpace).receiveRecord(record.bytes);
    expect(shownAt(space, 'name')).toBe('first');
  });
  return directory;
}

async function inSpace<T>(
  directory: string,
  act: (space: Space) => Promise<T>,
  note?: (text: string) => void,
): Promise<T> {
  const definition = { source: SDL };
  const options = { directory, definition, ...(note !== undefined && { note }) };
  await using space = await openSpace(options);
  return await act(space);
}

/** Names of the snapshots, the newest first. */
async function imagesOf(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith('.image'))
    .sort()
    .reverse();
}

function shownAt(space: Space, path: string): unknown {
  const node = space.graph.nodeByKey('Place', 'a');
  return node === undefined ? undefined : space.graph.nodeValue(node, path);
}

function grantOf(object: string, relation: string, subject: string): WrittenGrant {
  return { object, relation, subject };
}
