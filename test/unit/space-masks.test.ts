/** What the door masks of single commits, what waits for a node, and what a late record changes. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordBody } from '../../src/authority/body.ts';
import type { RecordPlace } from '../../src/authority/body-fields.ts';
import { type AuthorityRecord, signRecord } from '../../src/authority/record.ts';
import { signCommit, type VerifiedCommit } from '../../src/delta/commit.ts';
import type { AddressedDelta, ItemPlace } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { ListValue, type Value } from '../../src/delta/value.ts';
import { AuthorityReplica } from '../fixture/authority-replica.ts';
import {
  AUTHORS,
  DEFINITIONS,
  GENESIS,
  KEYED,
  MEMBER_KEYS,
  NODES,
  OWNER_SEED,
  SPACE,
} from '../property/authority-world.ts';
import { Seeded } from '../seeded.ts';

const MODEL = `model
  schema 1.1
type user
type Place
  relations
    define write: [user]
type Note
  relations
    define write: [user]`;
const [OWN, RED] = AUTHORS;
const [A, B] = KEYED;
const ANNA = 'user:anna';
const EVE = 'user:eve';
const MAY = { object: 'Place:*', relation: 'write', subject: ANNA };

/** Records so far, and commits by author. */
let records: AuthorityRecord[];
let commits: Map<(typeof AUTHORS)[number], VerifiedCommit[]>;
let clock: bigint;

beforeEach(() => {
  records = [GENESIS];
  commits = new Map();
  clock = 1_750_000_000_000n << 16n;
  put({ kind: 'definition', sdl: DEFINITIONS[0] ?? '' });
  put({ kind: 'member', name: 'red', key: MEMBER_KEYS[0] ?? SPACE });
  put({ kind: 'author', author: author(OWN).key, label: 'own' });
  put({ kind: 'author', author: author(RED).key, label: 'red', organisation: 'red' });
});

describe('[A21] of one commit', () => {
  test('only what its actor may not do is masked', async () => {
    const replica = await openWithModel();
    const actors = ['user:', EVE, ANNA, 'anna', ANNA, 'user:anna#member', 'user', ANNA];
    const transactions = actors.map(
      (actor, index): Written => [actor, create(A), set(A, 'name', `${index}`)],
    );
    expect(await masked(replica, sign(OWN, transactions))).toEqual([0, 1, 3, 5, 6]);
    expect(valueAt(replica, 'name')).toBe('7');
  });

  test('a deed that is masked takes the others of its transaction along', async () => {
    const replica = await openWithModel();
    const wrong = set({ id: NODES[3]?.id ?? '' }, 'name', 'x');
    const note: AddressedDelta = {
      subject: { element: 'node', id: NODES[3]?.id ?? '' },
      delta: { operation: 'createNode', type: 'Note', number: 0n },
    };
    const commit = sign(OWN, [
      [ANNA, create(A), note, wrong],
      [ANNA, create(B)],
    ]);
    expect(await masked(replica, commit)).toEqual([0]);
    expect(replica.view.counts().nodes).toBe(1);
  });

  test('masks reach over more than 32 transactions', async () => {
    const replica = await openWithModel();
    const actors = Array.from({ length: 70 }, (_, index) => (index % 31 === 0 ? EVE : ANNA));
    const commit = sign(
      OWN,
      actors.map((actor) => [actor, create(A)]),
    );
    expect(await masked(replica, commit)).toEqual([0, 31, 62]);
  });

  test('an author of a member writes for its principals alone', async () => {
    const replica = await openWithModel([
      MAY,
      ...['user:red/ben', 'user:reddish/ben', 'user:*']
        .map((subject) => ({ ...MAY, subject }))
        .slice(0, 2),
    ]);
    const actors = ['user:red/ben', ANNA, 'user:reddish/ben', 'user:red', 'user:*'];
    const commit = sign(
      RED,
      actors.map((actor) => [actor, create(A)]),
    );
    expect(await masked(replica, commit)).toEqual([1, 2, 3, 4]);
  });

  test('[M16] an increment of a masked set is lost, and of one that counts is not', async () => {
    const replica = await openWithModel();
    const own = (position: number): AddressedDelta => ({
      subject: { element: 'node', id: node(A).id },
      delta: {
        operation: 'increment',
        path: 'visits',
        base: { kind: 'own', position },
        amount: 5n,
      },
    });
    await masked(
      replica,
      sign(OWN, [
        [ANNA, create(A), set(A, 'visits', 1n)],
        [EVE, set(A, 'visits', 100n)],
        [ANNA, own(1)],
        [ANNA, own(0)],
      ]),
    );
    expect(valueAt(replica, 'visits')).toBe(6n);
  });

  test('[M16] an add that is masked does not count, and a removal takes nothing', async () => {
    const replica = await openWithModel();
    const subject = { element: 'node', id: node(A).id } as const;
    const add = (value: string): AddressedDelta => {
      return { subject, delta: { operation: 'add', path: 'tags', value } };
    };
    const remove = (value: string, position: number): AddressedDelta => {
      const adds = [{ kind: 'own', position }] as const;
      return { subject, delta: { operation: 'remove', path: 'tags', value, adds } };
    };
    const commit = sign(OWN, [
      [ANNA, create(A), add('red'), add('green')],
      [EVE, add('blue')],
      [EVE, remove('red', 0)],
      [ANNA, remove('blue', 1), add('blue')],
      [ANNA, remove('green', 0)],
    ]);
    expect(await masked(replica, commit)).toEqual([1, 2]);
    expect(valueAt(replica, 'tags')).toEqual(new ListValue(['blue', 'red']));
  });
});

describe('[M16] of a sequence', () => {
  const subject = { element: 'node', id: node(A).id } as const;
  const item = (position: number, number = 0) => ({ kind: 'own', position, number }) as const;
  const at = (side: 'left' | 'right', position: number, number = 0): ItemPlace => {
    return { side, of: item(position, number) };
  };
  const insert = (place: ItemPlace, values: string[], path = 'tags'): AddressedDelta => {
    return { subject, delta: { operation: 'insert', path, number: 0, place, values } };
  };

  test('the places of a masked transaction stay, and nothing else of it', async () => {
    const replica = await openWithModel();
    const runs = [{ ...item(0), count: 1 }];
    const move = { operation: 'move', path: 'tags', number: 0, item: item(0) } as const;
    const commit = sign(OWN, [
      [ANNA, create(A), insert(undefined, ['a', 'z'])],
      [EVE, insert(at('left', 0, 1), ['eve'])],
      [ANNA, insert(at('right', 1), ['after'])],
      [ANNA, insert(at('left', 1), ['before'])],
      [EVE, { subject, delta: { operation: 'removeItems', path: 'tags', runs } }],
      [EVE, { subject, delta: { ...move, place: undefined } }],
      [ANNA, insert(at('right', 5), ['end'])],
    ]);
    expect(await masked(replica, commit)).toEqual([1, 4, 5]);
    expect(valueAt(replica, 'tags')).toEqual(new ListValue(['a', 'before', 'after', 'z', 'end']));
  });

  test('a masked insert shows nothing, hides nothing and ends no counter', async () => {
    const replica = await openWithModel();
    const added = (amount: bigint): AddressedDelta => {
      const base = { kind: 'none' } as const;
      return { subject, delta: { operation: 'increment', path: 'visits', base, amount } };
    };
    const commit = sign(OWN, [
      [ANNA, create(A), added(2n)],
      [EVE, insert(undefined, ['eve'], 'visits'), insert(undefined, ['eve'], 'more')],
      [ANNA, added(3n)],
    ]);
    expect(await masked(replica, commit)).toEqual([1]);
    expect(valueAt(replica, 'visits')).toBe(5n);
    expect(valueAt(replica, 'more')).toBeNull();
    expect(replica.view.storedNodeCell(subject.id, 'more')).toBeUndefined();
  });
});

describe('[A22] a write to a node that nothing creates', () => {
  test('waits, and is taken once a create has come', async () => {
    const replica = await openWithModel([MAY, { ...MAY, subject: 'user:red/ben' }]);
    const [state, write] = [replica.hashes(), sign(OWN, [[ANNA, set(A, 'name', 'x')]])];
    expect(await waitsFor(replica, write)).toBe('node.unknown');
    expect(replica.hashes()).toBe(state);
    expect(await masked(replica, sign(RED, [['user:red/ben', create(A)]]))).toEqual([]);
    expect(await masked(replica, write)).toEqual([]);
    expect(valueAt(replica, 'name')).toBe('x');
  });

  test('waits for no more than the type: a create that is masked tells it', async () => {
    const replica = await openWithModel();
    const write = sign(OWN, [[ANNA, set(A, 'name', 'x')]]);
    expect(await waitsFor(replica, write)).toBe('node.unknown');
    expect(await masked(replica, sign(RED, [['user:red/eve', create(A)]]))).toEqual([0]);
    expect(await masked(replica, write)).toEqual([]);
    expect(valueAt(replica, 'name')).toBeUndefined();
    expect(replica.view.storedNodeCell(node(A).id, 'name')).toBeDefined();
  });

  test.each<[string, Written]>([
    ['of no principal', ['anna', set(A, 'name', 'x')]],
    ['with a deed that is not allowed', [EVE, set(A, 'name', 'x'), create(B)]],
    ['behind a deed that is not allowed', [EVE, create(B), set(A, 'name', 'x')]],
  ])('is masked where the transaction is %s', async (_, transaction) => {
    const replica = await openWithModel();
    expect(await masked(replica, sign(OWN, [transaction]))).toEqual([0]);
  });

  test('is told by a create behind it in its commit', async () => {
    const replica = await openWithModel();
    const commit = sign(OWN, [
      [ANNA, set(A, 'name', 'x')],
      [ANNA, create(A)],
    ]);
    expect(await masked(replica, commit)).toEqual([]);
    expect(valueAt(replica, 'name')).toBe('x');
  });

  test('does not wait where no model is in force', async () => {
    const replica = await open();
    expect(await masked(replica, sign(OWN, [[EVE, set(A, 'name', 'x')]]))).toEqual([]);
  });
});

describe('[A23] a record that does not keep what is here', () => {
  test('waits for the node that a commit writes to, and its log starts again', async () => {
    const replica = await open();
    const write = sign(OWN, [[ANNA, set(A, 'name', 'x')]]);
    expect(await masked(replica, write)).toEqual([]);
    const state = replica.hashes();
    const model = put({ kind: 'model', model: MODEL, frontier: [] });
    expect(await replica.receiveRecord(model)).toMatchObject({
      code: 'CONFLICT',
      facts: { reason: 'node.unknown' },
    });
    expect([replica.hashes(), replica.height]).toEqual([state, records.length - 2]);
    const created = sign(RED, [['user:red/ben', create(A)]], 4);
    expect(await masked(replica, created)).toEqual([]);
    expect(valueAt(replica, 'name')).toBe('x');
    expect(await replica.receiveRecord(model)).toBeUndefined();
    expect(valueAt(replica, 'name')).toBeUndefined();
    // In the log the write stands before the create, and is judged by the model now.
    expect((await replica.restarted()).hashes()).toBe(replica.hashes());
  });

  test('waits for nothing where it ends the author that wrote', async () => {
    const replica = await openWithModel();
    expect(await waitsFor(replica, sign(OWN, [[ANNA, set(A, 'name', 'x')]]))).toBe('node.unknown');
    const ended = { grants: [], authors: [author(OWN).key], members: [], frontier: [] };
    await replica.receiveRecord(put({ kind: 'revocation', ...ended }));
    const [write] = commits.get(author(OWN)) ?? [];
    expect(write && (await masked(replica, write))).toEqual([0]);
  });

  test('brings back what it displaced; one that keeps it changes nothing', async () => {
    for (const kept of [0, 1, 2, 9]) {
      records.length = 5;
      commits.clear();
      const replica = await openWithModel();
      await masked(replica, sign(OWN, [[ANNA, create(A), set(A, 'name', 'first')]]));
      await masked(replica, sign(OWN, [[ANNA, set(A, 'name', 'second'), remove(A), create(A)]]));
      const frontier = kept === 0 ? [] : [{ key: author(OWN).key, sequence: kept }];
      const ended = { grants: [MAY], authors: [], members: [], frontier };
      expect(await replica.receiveRecord(put({ kind: 'revocation', ...ended }))).toBeUndefined();
      expect(valueAt(replica, 'name')).toBe([undefined, 'first', 'second'][Math.min(kept, 2)]);
      expect(replica.rebuilds).toBe(kept < 2 ? 1 : 0);
      const late = sign(OWN, [[ANNA, set(A, 'name', 'late')]], records.length - 2);
      expect(await masked(replica, late)).toEqual(kept === 9 ? [] : [0]);
    }
  });
});

type Written = readonly [actor: string, ...deltas: AddressedDelta[]];

async function open(): Promise<AuthorityReplica> {
  return await AuthorityReplica.open(records, new Seeded(1));
}

async function openWithModel(grants = [MAY]): Promise<AuthorityReplica> {
  put({ kind: 'model', model: MODEL, frontier: [] });
  put({ kind: 'grants', grants });
  return await open();
}

function put(body: Unplaced): AuthorityRecord {
  const previous = records.at(-1)?.hash ?? SPACE;
  const place = { space: SPACE, height: records.length, previous };
  const record = signRecord({ ...body, ...place } as RecordBody, OWNER_SEED);
  records.push(record);
  return record;
}

type Unplaced = RecordBody extends infer Each
  ? Each extends RecordPlace
    ? Omit<Each, keyof RecordPlace>
    : never
  : never;

/** The next commit of an author; it cites the head, or the record at a height. */
function sign(
  by: (typeof AUTHORS)[number] | undefined,
  transactions: readonly Written[],
  cited = records.length - 1,
): VerifiedCommit {
  const writer = new PayloadWriter();
  for (const [index, [actor, ...deltas]] of transactions.entries()) {
    writer.add({ id: new Uint8Array(16).fill(index), actor, deltas });
  }
  const own = commits.get(author(by)) ?? [];
  clock += 1n;
  const commit = signCommit(
    {
      space: SPACE,
      epoch: 0,
      author: author(by).key,
      sequence: own.length + 1,
      previous: own.at(-1)?.hash,
      parents: [],
      authority: records[cited]?.hash ?? SPACE,
      clock,
    },
    writer.finish(),
    author(by).seed,
  );
  commits.set(author(by), [...own, commit]);
  return commit;
}

/** Positions of the transactions that are masked. */
async function masked(
  replica: AuthorityReplica,
  commit: VerifiedCommit,
): Promise<readonly number[] | string> {
  const [verdict] = await replica.receive([commit]);
  if (verdict?.kind === 'applied') return verdict.masked ?? [];
  return verdict?.kind === 'refused' ? verdict.error.message : 'known';
}

async function waitsFor(replica: AuthorityReplica, commit: VerifiedCommit): Promise<unknown> {
  const [verdict] = await replica.receive([commit]);
  return verdict?.kind === 'refused' && verdict.error.code === 'CONFLICT'
    ? verdict.error.facts.reason
    : verdict;
}

function create(keyed: (typeof KEYED)[number] | undefined): AddressedDelta {
  const { id, type, key } = node(keyed);
  const delta = { operation: 'createNodeByKey', type, key } as const;
  return { subject: { element: 'node', id }, delta };
}

function remove(keyed: (typeof KEYED)[number] | undefined): AddressedDelta {
  return { subject: { element: 'node', id: node(keyed).id }, delta: { operation: 'delete' } };
}

function set(of: { readonly id: string } | undefined, path: string, value: Value): AddressedDelta {
  const subject = { element: 'node', id: of?.id ?? '' } as const;
  return { subject, delta: { operation: 'set', path, value } };
}

/** Of the first node; undefined where it does not exist. */
function valueAt({ view }: AuthorityReplica, path: string): Value | undefined {
  const row = view.nodeById(node(A).id);
  return row === undefined ? undefined : view.nodeValue(row, path);
}

function node(keyed: (typeof KEYED)[number] | undefined): (typeof KEYED)[number] {
  if (keyed === undefined) throw new Error('expected a node of the world, got none');
  return keyed;
}

function author(one: (typeof AUTHORS)[number] | undefined): (typeof AUTHORS)[number] {
  if (one === undefined) throw new Error('expected an author of the world, got none');
  return one;
}
