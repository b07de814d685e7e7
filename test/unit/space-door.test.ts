import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { CommitFormat, type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { withhold } from '../../src/delta/withhold.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { TransactionChanges } from '../../src/space/space.ts';
import { Door, envelope, onNode, payloadOf, recordHash } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const UNKNOWN = new Uint8Array(32).fill(0xee);
const STRANGER = new Uint8Array(32).fill(8);

const create = (key: string) =>
  payloadOf([onNode(ID, { operation: 'createNodeByKey', type: 'City', key })]);

describe('[C10] a signed commit from outside', () => {
  test('is applied, durable and published, and known when it comes again', async () => {
    const door = await Door.open();
    const seen: TransactionChanges[] = [];
    door.space.watch((transaction) => seen.push(transaction));
    const commit = door.sign(create('BSL'));
    expect(await door.receive(commit)).toEqual({ kind: 'applied', position: 4 });
    expect([door.log.length, seen.length, seen[0]?.position]).toEqual([4, 1, 4]);
    expect(door.space.graph.nodeByKey('City', 'BSL')).toBeDefined();
    expect(await door.answer(commit)).toBe('known');
    expect([door.log.length, seen.length]).toEqual([4, 1]);
  });

  test('is known by its name, whatever signature and payload come with it', async () => {
    const door = await doorWithOne();
    const [commit = new Uint8Array()] = door.commits().map(({ bytes }) => bytes);
    const header = 4 + (commit[2] ?? 0) + 256 * (commit[3] ?? 0);
    for (const at of [header, commit.length - 1]) {
      expect(await door.answer(commit.with(at, (commit[at] ?? 0) ^ 1))).toBe('known');
    }
    const another = commit.with(header - 1, (commit[header - 1] ?? 0) ^ 1);
    await expectRefused(door, another, /^MALFORMED: a commit header expected transactions/);
  });

  test('stays in order with the writes of the space itself', async () => {
    const door = await Door.open();
    for (let index = 0; index < 3; index++) {
      expect(await door.answer(door.sign(create(`out${index}`)))).toBe('applied');
      await door.space.write({ actor: 'user:a' }, (draft) =>
        draft.createNode('City', { key: `in${index}` }),
      );
    }
    expect(door.space.graph.counts().nodes).toBe(6);
    expect(door.commits().map(({ header }) => header.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('of many sent at once, one is applied and the others do not follow it', async () => {
    const door = await Door.open();
    const rivals = ['a', 'b', 'c'].map((key) => door.sign(create(key)));
    const answers = await Promise.all(rivals.map((commit) => door.answer(commit)));
    expect(answers.map((answer) => answer.split(':')[0])).toEqual([
      'applied',
      'REFUSED',
      'REFUSED',
    ]);
    expect(door.space.graph.counts().nodes).toBe(1);
  });

  test('is not changed by what its sender does to the bytes meanwhile', async () => {
    const door = await Door.open();
    const commit = door.sign(create('BSL'));
    const answer = door.answer(commit);
    commit.fill(0);
    expect(await answer).toMatch(/^applied$|^UNSUPPORTED/);
    const after = door.sign(create('JFK'));
    expect(await door.answer(after)).toBe('applied');
    expect(door.commits().every(({ bytes }) => bytes[0] === 1)).toBe(true);
  });
});

describe('[C8] what every replica refuses', () => {
  test.each<[string, (door: Door) => Partial<CommitHeader>, RegExp]>([
    [
      'another space',
      () => ({ space: UNKNOWN }),
      /^REFUSED: a commit expected space [0-9a-f]{64}, got (?:ee){32}$/,
    ],
    [
      'an epoch that is not yet',
      () => ({ epoch: 1 }),
      /^REFUSED: a commit expected epoch 0, got 1$/,
    ],
    [
      'a sequence number that is taken',
      () => ({ sequence: 1, previous: undefined }),
      /^REFUSED: a commit expected sequence number 2 after [0-9a-f]{64}, got 1 after none$/,
    ],
    [
      'another commit before',
      () => ({ previous: UNKNOWN }),
      /^REFUSED: a commit expected sequence number 2 after [0-9a-f]{64}, got 2 after (?:ee){32}$/,
    ],
    [
      'no commit before',
      () => ({ previous: undefined }),
      /^REFUSED: a commit expected sequence number 2 after [0-9a-f]{64}, got 2 after none$/,
    ],
    [
      'the clock of the commit before',
      (door) => ({ clock: door.commits()[0]?.header.clock ?? 0n }),
      /^REFUSED: a commit expected a clock above (\d+), got \1$/,
    ],
    [
      'a clock of 1',
      () => ({ clock: 1n }),
      /^REFUSED: a commit expected a clock above \d+, got 1$/,
    ],
    [
      'the clock of a parent',
      (door) => {
        const [first] = door.commits();
        return { parents: [first?.hash ?? UNKNOWN], clock: first?.header.clock ?? 0n };
      },
      /^REFUSED: a commit expected a clock above (\d+), got \1$/,
    ],
  ])('%s', async (_, part, expected) => {
    const door = await doorWithOne();
    await expectRefused(door, door.sign(create('JFK'), part(door)), expected);
  });

  test('an author whom the authority does not certify', async () => {
    const door = await doorWithOne();
    const payload = create('JFK');
    const author = publicKeyOf(STRANGER);
    const header = door.header(payload, { author, sequence: 1, previous: undefined });
    const commit = envelope(encodeHeader(header), payload, STRANGER);
    const expected = 'REFUSED: a commit expected an author certified as of the authority it cites';
    await expectRefused(door, commit, new RegExp(`^${expected}, got ${toHex(author)}$`));
  });

  test("the author's name under another's signature", async () => {
    const door = await doorWithOne();
    const payload = create('JFK');
    const commit = envelope(encodeHeader(door.header(payload)), payload, STRANGER);
    await expectRefused(
      door,
      commit,
      /^REFUSED: a commit expected a valid signature of its author/,
    );
  });

  test('an authority record', async () => {
    const door = await doorWithOne();
    const [bytes = new Uint8Array()] = door.records();
    await expectRefused(door, bytes, /^UNSUPPORTED: a commit expected envelope 1, got 2$/);
  });

  test.each([0, 1, 3, 4, 68, 400])('%i bytes of nothing', async (length) => {
    const door = await doorWithOne();
    await expectRefused(
      door,
      new Uint8Array(length),
      /^(?:MALFORMED|UNSUPPORTED): a commit expected/,
    );
  });
});

describe('[A7] [Y4] a client signs its own commits', () => {
  const CLIENT = publicKeyOf(STRANGER);

  /** The client's first commit, after what is here, citing the record at a height. */
  const signed = (door: Door, key: string, height: number): Uint8Array => {
    const payload = create(key);
    const last = door.commits().at(-1);
    const header = door.header(payload, {
      author: CLIENT,
      sequence: 1,
      previous: undefined,
      parents: last === undefined ? [] : [last.hash],
      authority: recordHash(door.records()[height]),
    });
    return envelope(encodeHeader(header), payload, STRANGER);
  };

  test('once its key is certified, and not before', async () => {
    const door = await doorWithOne();
    const expected = /^REFUSED: a commit expected an author certified as of the authority it cites/;
    await expectRefused(door, signed(door, 'JFK', 2), expected);
    expect(await door.space.certifyAuthor(CLIENT, 'phone')).toBe(true);
    expect(await door.answer(signed(door, 'JFK', 3))).toBe('applied');
    const node = door.space.graph.nodeByKey('City', 'JFK');
    const lineage = node === undefined ? undefined : await door.space.nodeLineage(node);
    expect(lineage).toMatchObject({ author: toHex(CLIENT), actor: 'user:test' });
    await door.space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key: 'x' }));
    expect(door.commits().at(-1)?.header.parents).toHaveLength(1);
  });

  test('not citing a record from before its certification, and again a later one', async () => {
    const door = await doorWithOne();
    await door.space.certifyAuthor(CLIENT, 'phone');
    await door.space.certifyAuthor(publicKeyOf(new Uint8Array(32).fill(4)), 'another');
    const expected = /^REFUSED: a commit expected an author certified as of the authority it cites/;
    for (const height of [0, 1, 2])
      await expectRefused(door, signed(door, 'JFK', height), expected);
    expect(await door.answer(signed(door, 'JFK', 4))).toBe('applied');
  });

  test('also after the organisation has rotated its key', async () => {
    const door = await doorWithOne();
    await door.space.certifyAuthor(CLIENT, 'phone');
    await door.space.rotateOrganisation();
    expect(await door.answer(signed(door, 'JFK', 4))).toBe('applied');
  });

  test('as the owner nobody does', async () => {
    const door = await doorWithOne();
    const payload = create('JFK');
    // The second that a space in memory draws is the seed of its organisation.
    const draws = new Seeded(1);
    draws.bytes(32);
    const seed = draws.bytes(32);
    const owner = publicKeyOf(seed);
    expect(toHex(owner)).toBe(door.space.organisation.owner);
    const header = door.header(payload, { author: owner, sequence: 1, previous: undefined });
    const commit = envelope(encodeHeader(header), payload, seed);
    await expectRefused(door, commit, /^REFUSED: a commit expected an author certified/);
    await expect(door.space.certifyAuthor(owner, 'root')).rejects.toMatchObject({
      code: 'REFUSED',
    });
  });

  test('and replays as it was', async () => {
    const log = new MemoryLog();
    const door = await Door.open({ log });
    await door.space.certifyAuthor(CLIENT, 'phone');
    expect(await door.answer(signed(door, 'JFK', 3))).toBe('applied');
    await door.space.rotateOrganisation();
    const definition = { source: door.space.definition.source };
    const again = await openMemorySpace({ definition, log, isReadOnly: true });
    expect(again.stateHash()).toBe(door.space.stateHash());
    expect(again.authors).toEqual(door.space.authors);
    expect(again.organisation).toEqual(door.space.organisation);
  });
});

describe('[C9] what waits outside, and may be sent again', () => {
  test('a commit before its author’s last but one', async () => {
    const door = await doorWithOne();
    const commit = door.sign(create('JFK'), { sequence: 3, previous: UNKNOWN });
    const expected = /^CONFLICT: a commit expected sequence number 2, got 3/;
    await expectRefused(door, commit, expected);
  });

  test('an unknown parent', async () => {
    const door = await doorWithOne();
    const commit = door.sign(create('JFK'), { parents: [UNKNOWN] });
    const expected =
      /^CONFLICT: a commit expected its parents to be here, got (?:ee){32} that is not$/;
    await expectRefused(door, commit, expected);
  });

  test('[C23] an unknown parent, also where the clock is behind that of another', async () => {
    const door = await doorWithOne();
    const last = door.commits().at(-1);
    const part = { parents: [UNKNOWN], clock: last?.header.clock ?? 0n };
    const verdict = await door.receive(door.sign(create('y'), part));
    expect(verdict).toMatchObject({
      error: { code: 'CONFLICT', facts: { reason: 'parent.unknown' } },
    });
  });

  test('an unknown authority record', async () => {
    const door = await doorWithOne();
    const commit = door.sign(create('JFK'), { authority: UNKNOWN });
    const expected = /^CONFLICT: a commit expected an authority record that is here, got another$/;
    await expectRefused(door, commit, expected);
  });

  test('a clock more than a minute ahead, until time has come nearer', async () => {
    const door = await doorWithOne();
    const now = door.clock.milliseconds;
    const commit = door.sign(create('JFK'), { clock: BigInt(now + 60_001) << 16n });
    const expected = /^CONFLICT: a commit expected a clock at most 60000 ms ahead, got 60001 ms$/;
    await expectRefused(door, commit, expected);
    door.clock.milliseconds = now + 1;
    expect(await door.answer(commit)).toBe('applied');
  });

  test('the space goes on signing after a clock that was ahead', async () => {
    const door = await doorWithOne();
    const clock = BigInt(door.clock.milliseconds + 60_000) << 16n;
    expect(await door.answer(door.sign(create('JFK'), { clock }))).toBe('applied');
    await door.space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key: 'x' }));
    expect(door.commits().at(-1)?.header.clock).toBe(clock + 1n);
  });
});

describe('[C11] a signed commit meets merge rules only', () => {
  test('a type, a field and a kind that no definition knows are taken', async () => {
    const door = await Door.open();
    const payload = payloadOf([
      onNode(ID, { operation: 'createNode', type: 'Unheard', number: 1n }),
      onNode(ID, { operation: 'set', path: 'some.where', value: true }),
    ]);
    expect(await door.answer(door.sign(payload))).toBe('applied');
  });

  test('[M11] two nodes with one unique value are both kept, the earlier one first', async () => {
    const door = await Door.open();
    for (const key of ['first', 'second']) {
      const { result } = await door.space.write({ actor: 'user:a' }, (draft) =>
        draft.createNode('City', { key }),
      );
      const named = payloadOf([onNode(result, { operation: 'set', path: 'name', value: 'Same' })]);
      expect(await door.answer(door.sign(named))).toBe('applied');
    }
    const { graph } = door.space;
    const found = graph.nodesByValue('City', 'name', 'Same').map((node) => graph.nodeKey(node));
    expect(found).toEqual(['first', 'second']);
  });

  test('an edge whose ends are not there is kept and hidden until they are', async () => {
    const door = await Door.open();
    const spaceId = Uint8Array.from(Buffer.from(door.space.id, 'hex'));
    const [from, to] = ['a', 'b'].map((key) => nodeIdByKey({ space: spaceId, type: 'City', key }));
    const edge = { element: 'edge', from: from ?? '', type: 'ROAD', to: to ?? '', key: 0 } as const;
    const payload = payloadOf([{ subject: edge, delta: { operation: 'createEdge' } }]);
    expect(await door.answer(door.sign(payload))).toBe('applied');
    expect(door.space.graph.counts()).toEqual({ nodes: 0, edges: 0 });
    expect(await door.answer(door.sign(create('a')))).toBe('applied');
    expect(await door.answer(door.sign(create('b')))).toBe('applied');
    expect(door.space.graph.counts()).toEqual({ nodes: 2, edges: 1 });
    expect(door.space.graph.edgeByName(edge)).toBeDefined();
  });
});

test('[C37] a commit with a segment withheld waits for its full form', async () => {
  const door = await doorWithOne();
  const writer = new PayloadWriter({ secret: new Uint8Array(32).fill(5) });
  const deltas = [onNode(ID, { operation: 'createNodeByKey', type: 'City', key: 'JFK' })];
  const segments = [{ relation: 'read', deltas }];
  writer.addSegmented({ id: new Uint8Array(16).fill(1), actor: 'user:test', segments });
  const full = door.sign(writer.finish(), { format: CommitFormat.SEGMENTED });
  for (const isWithheld of [true, false]) {
    const partial = withhold(decodeCommit(full), () => isWithheld);
    await expectRefused(
      door,
      partial.bytes,
      /^CONFLICT: a commit expected the full form, got a partial one$/,
    );
  }
  expect(await door.answer(full)).toBe('applied');
});

async function doorWithOne(): Promise<Door> {
  const door = await Door.open();
  expect(await door.answer(door.sign(create('BSL')))).toBe('applied');
  door.clock.milliseconds += 5;
  return door;
}

async function expectRefused(door: Door, bytes: Uint8Array, expected: RegExp): Promise<void> {
  const before = [door.space.stateHash(), door.log.length];
  expect(await door.answer(bytes)).toMatch(expected);
  expect([door.space.stateHash(), door.log.length]).toEqual(before);
}
