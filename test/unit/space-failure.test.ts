import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { encodeHeader } from '../../src/delta/header.ts';
import { Direction } from '../../src/engine/direction.ts';
import { appendFailure } from '../../src/log/append-failure.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { CITIES, Door, envelope, onNode, payloadOf } from '../fixture/door.ts';
import { FailingLog } from '../fixture/failing-log.ts';

const ACTOR = { actor: 'user:a' };
const ID = 'AAAAAAAAAAAAAAAA';
const READER = { definition: { source: CITIES }, isReadOnly: true };
const STOPPED = {
  code: 'UNAVAILABLE',
  message: 'a write expected the log to append, got a failure: writes have stopped, reads go on',
};

describe('a log that fails', () => {
  test.each([2, 3, 7])(
    'at call %i stops writes, keeps reads, and shows nothing of that batch',
    async (at) => {
      const { door, log } = await doorOver(at);
      const kept = at - 2;
      for (let index = 0; index < kept; index++) await create(door, `c${index}`);
      const before = [door.space.stateHash(), door.log.length];
      const batch = Array.from({ length: 10 }, (_, index) => create(door, `lost${index}`));
      for (const outcome of await Promise.allSettled(batch)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: STOPPED });
      }
      expect([door.space.stateHash(), door.log.length]).toEqual(before);
      expect(door.space.graph.nodesOfType('City')).toHaveLength(kept);
      expect(door.space.graph.nodeByKey('City', 'lost0')).toBeUndefined();
      await expect(create(door, 'later')).rejects.toMatchObject(STOPPED);
      expect(log.calls).toBe(at);
    },
  );

  test('rejects what waits behind the failed commit as well', async () => {
    const { door, log } = await doorOver(3);
    await create(door, 'first');
    const waiting: Promise<void>[] = [];
    log.meanwhile = () => waiting.push(create(door, 'third'), create(door, 'fourth'));
    const failing = create(door, 'second');
    await expect(failing).rejects.toMatchObject(STOPPED);
    expect(waiting).toHaveLength(2);
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: STOPPED });
    }
    expect(log.calls).toBe(3);
  });

  test('while it takes a commit from outside stops writes as well', async () => {
    const { door } = await doorOver(2);
    const commit = door.sign(
      payloadOf([onNode(ID, { operation: 'createNodeByKey', type: 'City', key: 'x' })]),
    );
    await expect(door.receive(commit)).rejects.toMatchObject(STOPPED);
    expect(door.space.graph.counts().nodes).toBe(0);
    await expect(door.receive(commit)).rejects.toMatchObject(STOPPED);
    await expect(create(door, 'y')).rejects.toMatchObject(STOPPED);
  });

  test('[Q6] says of commits that came together what became of each', async () => {
    const { door } = await doorOver(3);
    const create = (key: string) => ({ operation: 'createNodeByKey', type: 'City', key }) as const;
    const taken = door.sign(payloadOf([onNode(ID, create('a'))]));
    const { hash, header } = decodeCommit(taken);
    const next = { sequence: 2, previous: hash, clock: header.clock + 1n };
    const set = { operation: 'set', path: 'a..b', value: 1n } as const;
    const wrong = door.sign(payloadOf([onNode(ID, set)]), next);
    const lost = door.sign(payloadOf([onNode(ID, create('b'))]), next);
    const outcomes = await Promise.allSettled([taken, wrong, lost].map((one) => door.receive(one)));
    expect(outcomes).toMatchObject([
      { value: { kind: 'applied', position: 4 } },
      { value: { kind: 'refused', error: { code: 'MALFORMED' } } },
      { status: 'rejected', reason: STOPPED },
    ]);
    expect(door.space.graph.counts().nodes).toBe(1);
  });

  test('while it takes a definition leaves the old one, and stops writes', async () => {
    const { door } = await doorOver(2);
    const next = { source: `${CITIES} type Town @node { name: String }` };
    await expect(door.space.proposeDefinition(next)).rejects.toMatchObject(STOPPED);
    expect(door.space.definition.nodeTypes.has('Town')).toBe(false);
    await expect(create(door, 'y')).rejects.toMatchObject(STOPPED);
  });

  test('gives its own error as the cause, for those who run the server', async () => {
    const { door } = await doorOver(2);
    const error: Error = await create(door, 'x').then(
      () => new Error('it was written'),
      (reason: Error) => reason,
    );
    expect(String(rootCause(error))).toBe('Error: append 2 fails');
  });

  test('does not keep the space from closing', async () => {
    const { door } = await doorOver(2);
    await expect(create(door, 'x')).rejects.toMatchObject(STOPPED);
    await door.space[Symbol.asyncDispose]();
  });

  test('what it held before is what the next start shows', async () => {
    const { door, log } = await doorOver(4);
    for (const key of ['a', 'b', 'c']) await create(door, key).catch(() => undefined);
    const again = await openMemorySpace({ ...READER, log });
    expect(again.graph.counts().nodes).toBe(2);
    expect(again.stateHash()).toBe(door.space.stateHash());
  });
});

describe('[L16] a log that lacks room', () => {
  const REFUSED = {
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/got ENOSPC: writes resume/),
  };

  /** Calls 3 and 4 fail; the first append is that of the genesis and the definition. */
  async function doorThatResumes({ failsAt = 3 } = {}) {
    const full = Object.assign(new Error('no space'), {
      code: 'ENOSPC',
      errno: -28,
      syscall: 'write',
    });
    const failure = () => appendFailure(full);
    const log = new FailingLog(new MemoryLog(), failsAt, { worksAt: 5, failure });
    return { door: await Door.open({ log }), log };
  }

  test('refuses the writes that wait for it, and takes the next ones', async () => {
    const { door, log } = await doorThatResumes();
    await create(door, 'a');
    const before = door.space.stateHash();
    const waiting: Promise<void>[] = [];
    log.meanwhile = () => {
      log.meanwhile = undefined;
      waiting.push(create(door, 'd'), create(door, 'e'));
    };
    const refused = await Promise.allSettled([create(door, 'b'), create(door, 'c')]);
    refused.push(...(await Promise.allSettled(waiting)));
    expect(refused).toHaveLength(4);
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: REFUSED });
    }
    expect(door.space.stateHash()).toBe(before);
    for (const key of ['b', 'f']) await create(door, key);
    expect([door.space.graph.counts().nodes, log.calls, log.length]).toEqual([3, 6, 6]);
    const again = await openMemorySpace({ ...READER, log });
    expect(again.stateHash()).toBe(door.space.stateHash());
  });

  test('gives the number of a refused commit to the next one', async () => {
    const { door } = await doorThatResumes();
    await create(door, 'a');
    for (const key of ['b', 'c']) await expect(create(door, key)).rejects.toMatchObject(REFUSED);
    await create(door, 'd');
    const sequences = [...door.log.entries(4)].map(
      ({ bytes }) => decodeCommit(bytes).header.sequence,
    );
    expect(sequences).toEqual([1, 2]);
  });

  test('[Q6] refuses none of what the group has appended before', async () => {
    const { door, log } = await doorThatResumes({ failsAt: 4 });
    const seed = new Uint8Array(32).fill(9);
    await door.space.certifyAuthor(publicKeyOf(seed), 'another');
    const city = (key: string) =>
      payloadOf([onNode(ID, { operation: 'createNodeByKey', type: 'City', key })]);
    const first = door.sign(city('a'));
    const { hash, header } = decodeCommit(first);
    // The engine alone sees that the path is wrong: what stands behind it takes a second append.
    const wrong = door.sign(
      payloadOf([onNode(ID, { operation: 'set', path: 'a..b', value: 1n })]),
      {
        sequence: 2,
        previous: hash,
        clock: header.clock + 1n,
      },
    );
    const payload = city('b');
    const begins = { author: publicKeyOf(seed), sequence: 1, previous: undefined };
    const other = envelope(encodeHeader(door.header(payload, begins)), payload, seed);
    const answers = await Promise.allSettled([first, wrong, other].map((it) => door.receive(it)));
    expect(log.calls).toBe(4);
    expect(answers).toMatchObject([
      { status: 'fulfilled', value: { kind: 'applied', position: 5 } },
      { status: 'fulfilled', value: { kind: 'refused' } },
      { status: 'rejected', reason: REFUSED },
    ]);
    expect((await door.receive(other)).kind).toBe('applied');
  });

  test('refuses a commit and a record from outside, and takes both later', async () => {
    const { door } = await doorThatResumes();
    await create(door, 'a');
    const commit = door.sign(
      payloadOf([onNode(ID, { operation: 'createNodeByKey', type: 'City', key: 'x' })]),
    );
    const next = { source: `${CITIES} type Town @node { name: String }` };
    await expect(door.receive(commit)).rejects.toMatchObject(REFUSED);
    await expect(door.space.proposeDefinition(next)).rejects.toMatchObject(REFUSED);
    expect((await door.receive(commit)).kind).toBe('applied');
    await door.space.proposeDefinition(next);
    expect(door.space.definition.nodeTypes.has('Town')).toBe(true);
    expect(door.space.graph.counts().nodes).toBe(2);
  });
});

describe('a closed space', () => {
  test('finishes what was asked before, and takes nothing after', async () => {
    const door = await Door.open();
    const asked = [create(door, 'a'), create(door, 'b')];
    await door.space[Symbol.asyncDispose]();
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
    ]);
    const closed = {
      code: 'UNAVAILABLE',
      message: 'a write expected an open space, got a closed one',
    };
    await expect(create(door, 'c')).rejects.toMatchObject(closed);
    await expect(door.receive(new Uint8Array(10))).rejects.toMatchObject(closed);
  });
});

describe('while the log appends, readers go on', () => {
  const LONG = 'x'.repeat(3_000_000);
  const reads: [string, (door: Door) => unknown][] = [
    ['by id', ({ space }) => space.graph.nodeById(ID)],
    ['by value', ({ space }) => space.graph.nodesByValue('City', 'state', 's1')],
    [
      'by a value larger than the group',
      ({ space }) => space.graph.nodesByValue('City', 'name', LONG.slice(0, 1_000_000)),
    ],
    ['by key', ({ space }) => space.graph.nodeByKey('City', 'c1')],
    ['by a name that nothing has', ({ space }) => space.graph.nodesOfType('No'.repeat(100))],
    ['all of a type', ({ space }) => space.graph.nodesOfType('City')],
    ['the state hash', ({ space }) => space.stateHash()],
    ['the content hash', ({ space }) => space.stateHash({ content: true })],
    [
      'paths and edges',
      ({ space: { graph } }) => {
        const [from, to] = graph.nodesOfType('City');
        if (from === undefined || to === undefined) throw new Error('there are cities');
        graph.edges(from, 'ROAD', Direction.BOTH);
        return graph.shortestPath({ from, to, maxDepth: 10, direction: Direction.BOTH });
      },
    ],
  ];

  test.each(reads)('%s, and what was prepared is applied as it was', async (_, read) => {
    const log = new LogWithReaders();
    const door = await Door.open({ log });
    await fill(door, 0, 300);
    log.meanwhile = () => void read(door);
    await fill(door, 300, 320);
    log.meanwhile = undefined;
    const quiet = await Door.open();
    await fill(quiet, 0, 300);
    await fill(quiet, 300, 320);
    expect(door.space.graph.counts()).toEqual({ nodes: 320, edges: 319 });
    expect(door.space.stateHash({ content: true })).toBe(quiet.space.stateHash({ content: true }));
  });
});

/** Reads happen between the append and its end, when the engine holds a prepared group. */
class LogWithReaders extends MemoryLog {
  meanwhile: (() => void) | undefined;

  override async append(entries: readonly NewEntry[]): Promise<void> {
    await super.append(entries);
    this.meanwhile?.();
    await new Promise((resolve) => setImmediate(resolve));
    this.meanwhile?.();
  }
}

async function fill(door: Door, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    await door.space.write(ACTOR, (draft) => {
      const id = draft.createNode('City', { key: `c${index}` });
      draft.setNodeValue(id, 'name', `the long name of city number ${index}`);
      draft.setNodeValue(id, 'state', `s${index % 5}`);
      draft.incrementNodeValue(id, 'people', BigInt(index));
      const before = draft.graph.nodeByKey('City', `c${index - 1}`);
      if (before === undefined) return;
      draft.createEdge({ from: draft.graph.nodeId(before), type: 'ROAD', to: id });
    });
  }
}

async function create(door: Door, key: string): Promise<void> {
  await door.space.write(ACTOR, (draft) => draft.createNode('City', { key }));
}

/** The first append is that of the genesis, the definition and the first author. */
async function doorOver(failsAt: number): Promise<{ door: Door; log: FailingLog }> {
  const log = new FailingLog(new MemoryLog(), failsAt);
  return { door: await Door.open({ log }), log };
}

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
