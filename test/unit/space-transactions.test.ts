import { beforeEach, describe, expect, test } from 'vitest';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { COMMIT_TRANSACTIONS_MAX, WRITE_TURN_MILLISECONDS } from '../../src/base/limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { Direction } from '../../src/engine/direction.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import type { Draft, TransactionChanges } from '../../src/space/space.ts';
import { Door } from '../fixture/door.ts';

const WRITES = 100;

/** Others write while it appends. */
class BusyLog extends MemoryLog {
  meanwhile: () => void = () => undefined;

  override async append(entries: readonly NewEntry[]): Promise<void> {
    this.meanwhile();
    await super.append(entries);
  }
}

let door: Door;
let basel: string;
let zurich: string;

beforeEach(async () => {
  door = await Door.open();
  [basel, zurich] = (await write((draft) => [
    draft.createNode('City', { key: 'BSL' }),
    draft.createNode('City', { key: 'ZRH' }),
  ])) as [string, string];
});

describe('a transaction is atomic', () => {
  test('a build that throws writes nothing, and its error is what the caller gets', async () => {
    const before = state();
    const thrown = new Error('not today');
    const failed = write((draft) => {
      draft.createNode('City', { key: 'half' });
      throw thrown;
    });
    await expect(failed).rejects.toBe(thrown);
    expect(state()).toEqual(before);
  });

  test('others of the same batch go through beside those that fail', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        write((draft) => {
          draft.setNodeValue(draft.createNode('City', { key: `c${index}` }), 'name', `n${index}`);
          if (index % 3 === 0) throw new DatabaseError(ErrorCode.INVALID_INPUT, 'refused');
          if (index % 3 === 1) draft.createNode('City', { key: 'BSL' });
        }),
      ),
    );
    const kept = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(kept).toEqual(Array.from({ length: 10 }, (_, index) => index * 3 + 2));
    expect(codes()).toEqual(['BSL', 'ZRH', ...kept.map((index) => `c${index}`)].sort());
    const named = kept.map((index) => door.space.graph.nodesByValue('City', 'name', `n${index}`));
    expect(named.map((nodes) => nodes.length)).toEqual(kept.map(() => 1));
  });

  test('one without a delta writes nothing and names no commit', async () => {
    const before = state();
    const written = await door.space.write({ actor: 'user:a' }, () => 7);
    expect(written).toMatchObject({ result: 7, commit: undefined });
    expect(state()).toEqual(before);
  });

  test('one that makes and unmakes leaves nothing', async () => {
    const { nodes } = door.space.graph.counts();
    await write((draft) => {
      const id = draft.createNode('City', { key: 'brief' });
      draft.createEdge({ from: id, type: 'ROAD', to: basel });
      draft.deleteNode(id);
    });
    expect(door.space.graph.counts()).toEqual({ nodes, edges: 0 });
  });

  test('larger than a commit takes is refused alone', async () => {
    const [large, small] = await Promise.allSettled([
      write((draft) => {
        const id = draft.createNode('City', { key: 'large' });
        for (let part = 0; part < 9; part++) {
          draft.setNodeValue(id, 'seal', new Uint8Array(1_000_000));
        }
      }),
      write((draft) => draft.createNode('City', { key: 'small' })),
    ]);
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'LIMIT_EXCEEDED' } });
    expect(small).toMatchObject({ status: 'fulfilled' });
  });

  test('one that fits is not refused for the others of its batch', async () => {
    const sizes = [900_000, 7_000_000, 7_000_000, 500_000, 10];
    const writes = sizes.map((size, index) =>
      write((draft) => {
        const id = draft.createNode('City', { key: `size${index}` });
        for (let left = size; left > 0; left -= 1_000_000) {
          draft.setNodeValue(id, 'seal', new Uint8Array(Math.min(left, 1_000_000)));
        }
      }),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).toEqual(sizes.map(() => 'fulfilled'));
  });
});

describe('concurrent writes share commits', () => {
  test('a thousand make few', async () => {
    const before = door.log.length;
    const written = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        door.space.write({ actor: `user:${index % 7}` }, (draft) =>
          draft.createNode('City', { key: `c${index}` }),
        ),
      ),
    );
    expect(door.log.length - before).toBeLessThanOrEqual(3);
    expect(new Set(written.map(({ commit }) => commit)).size).toBe(door.log.length - before);
    expect(new Set(written.map(({ transaction }) => transaction)).size).toBe(1000);
    expect(door.space.graph.counts().nodes).toBe(1002);
  });

  test('and an authority record goes between them, though some always wait', async () => {
    const log = new BusyLog();
    const { space } = await Door.open({ log });
    let written = 0;
    const writeOne = async (): Promise<void> => {
      written += 1;
      const key = `c${written}`;
      await space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key }));
    };
    const writes: Promise<void>[] = [];
    log.meanwhile = () => {
      if (writes.length < WRITES) writes.push(writeOne());
    };
    writes.push(writeOne());
    await space.certifyAuthor(publicKeyOf(new Uint8Array(32).fill(3)), 'client');
    expect(written).toBeLessThan(WRITES / 2);
    log.meanwhile = () => undefined;
    await Promise.all(writes);
  });

  test('that are slow to build are divided, and others run in between', async () => {
    const events: string[] = [];
    const wait = () => {
      events.push('another');
      if (events.length < 100) setImmediate(wait);
    };
    const slow = (name: string) =>
      write(() => {
        events.push(name);
        door.clock.milliseconds += WRITE_TURN_MILLISECONDS / 2;
        throw new DatabaseError(ErrorCode.INVALID_INPUT, 'refused');
      });
    setImmediate(wait);
    await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(slow));
    const turns = events.join(' ').split(/(?:another ?)+/);
    expect(turns.map((each) => each.trim()).filter((each) => each !== '')).toEqual([
      'a b',
      'c d',
      'e',
    ]);
    events.length = 100;
  });

  test('more than a commit takes are divided', async () => {
    const before = door.log.length;
    const count = COMMIT_TRANSACTIONS_MAX + 10;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        write((draft) => draft.createNode('City', { key: `c${index}` })),
      ),
    );
    expect(door.log.length - before).toBe(2);
    expect(door.space.graph.counts().nodes).toBe(count + 2);
  });

  test('each is published as a transaction of its own, in order, with its actor', async () => {
    const seen: TransactionChanges[] = [];
    const stop = door.space.watch((transaction) => seen.push(transaction));
    const written = await Promise.all(
      [0, 1, 2].map((index) =>
        door.space.write({ actor: `user:${index}` }, (draft) =>
          draft.createNode('City', { key: `c${index}` }),
        ),
      ),
    );
    stop();
    await write((draft) => draft.createNode('City', { key: 'unseen' }));
    expect(seen.map(({ actor, index }) => [actor, index])).toEqual([
      ['user:0', 0],
      ['user:1', 1],
      ['user:2', 2],
    ]);
    expect(seen.map(({ transaction }) => transaction)).toEqual(
      written.map((one) => one.transaction),
    );
    expect(seen.map(({ commit }) => commit)).toEqual(written.map((one) => one.commit));
  });

  test('only one of many takes a unique value, and one of many a key', async () => {
    const names = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        write((draft) => {
          draft.setNodeValue(draft.createNode('City', { key: `n${index}` }), 'name', 'Only');
        }),
      ),
    );
    const keys = await Promise.allSettled(
      Array.from({ length: 8 }, () => write((draft) => draft.createNode('City', { key: 'one' }))),
    );
    for (const outcomes of [names, keys]) {
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.every(({ reason }) => reason.code === 'ALREADY_EXISTS')).toBe(true);
    }
    expect(door.space.graph.nodesByValue('City', 'name', 'Only')).toHaveLength(1);
  });

  test('one that expects a node unchanged waits for others that write it', async () => {
    const expecting = (id: string, name: string) =>
      write((draft) => {
        draft.expectUnchanged(id);
        const node = draft.graph.nodeById(id);
        const before = node === undefined ? 'none' : draft.graph.nodeValue(node, 'state');
        draft.setNodeValue(basel, 'name', name);
        draft.setNodeValue(id, 'state', name);
        draft.expectUnchanged(id);
        return before;
      });
    const at = door.log.length;
    const read = await Promise.all([
      expecting(zurich, 'first'),
      write((draft) => draft.setNodeValue(zurich, 'state', 'second')),
      expecting(zurich, 'third'),
      expecting(basel, 'fourth'),
      write((draft) => draft.createEdge({ from: basel, type: 'ROAD', to: zurich })),
    ]);
    expect(read).toEqual([null, undefined, 'second', null, true]);
    // The third waits for the first two, and the fourth for the third.
    expect(door.log.length - at).toBe(3);
    const gone = await Promise.allSettled([
      write((draft) => draft.deleteNode(zurich)),
      expecting(zurich, 'fifth'),
    ]);
    expect(gone.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('a unique value passes from one to the next within a commit', async () => {
    await write((draft) => draft.setNodeValue(basel, 'name', 'Fame'));
    const outcomes = await Promise.allSettled([
      write((draft) => draft.setNodeValue(basel, 'name', 'Other')),
      write((draft) => draft.setNodeValue(zurich, 'name', 'Fame')),
      write((draft) => draft.setNodeValue(basel, 'name', 'Fame')),
      write((draft) => draft.deleteNode(zurich)),
      write((draft) => draft.setNodeValue(basel, 'name', 'Fame')),
    ]);
    const statuses = outcomes.map(({ status }) => status);
    expect([statuses[0], statuses[1], statuses[3], statuses[4]]).toEqual(
      Array.from({ length: 4 }, () => 'fulfilled'),
    );
    expect(holders('Fame')).toEqual(['BSL']);
  });
});

describe('deleting and creating again', () => {
  test('in two transactions of one commit leaves the node as new', async () => {
    await write((draft) => {
      draft.setNodeValue(basel, 'name', 'Basel');
      draft.setNodeValue(basel, 'people', 170_000n);
    });
    await Promise.all([
      write((draft) => draft.deleteNode(basel)),
      write((draft) => draft.createNode('City', { key: 'BSL' })),
    ]);
    expect([value(basel, 'name'), value(basel, 'people')]).toEqual([null, null]);
    expect(holders('Basel')).toEqual([]);
  });

  test('in one transaction leaves the node as new, with what is set after', async () => {
    await write((draft) => draft.setNodeValue(basel, 'name', 'Basel'));
    await write((draft) => {
      draft.deleteNode(basel);
      expect(draft.createNode('City', { key: 'BSL' })).toBe(basel);
      draft.setNodeValue(basel, 'people', 5n);
    });
    expect([value(basel, 'name'), value(basel, 'people')]).toEqual([null, 5n]);
  });

  test('an increment after it counts from nothing', async () => {
    await write((draft) => draft.incrementNodeValue(basel, 'people', 100n));
    await write((draft) => draft.deleteNode(basel));
    await write((draft) => draft.createNode('City', { key: 'BSL' }));
    await write((draft) => draft.incrementNodeValue(basel, 'people', 3n));
    await write((draft) => draft.incrementNodeValue(basel, 'people', 4n));
    expect(value(basel, 'people')).toBe(7n);
  });

  test('what is deleted takes no value and no edge', async () => {
    await write((draft) => draft.deleteNode(basel));
    for (const build of [
      (draft: Draft) => draft.setNodeValue(basel, 'people', 1n),
      (draft: Draft) => draft.deleteNode(basel),
      (draft: Draft) => draft.createEdge({ from: zurich, type: 'ROAD', to: basel }),
    ]) {
      await expect(write(build)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  test('connect and disconnect in one transaction follow one another', async () => {
    const road = { from: basel, type: 'ROAD', to: zurich };
    await write((draft) => {
      draft.createEdge(road);
      draft.setEdgeValue(road, 'length', 1n);
      draft.deleteEdge(road);
    });
    expect(door.space.graph.edgeByName(road)).toBeUndefined();
    await write((draft) => {
      draft.createEdge(road);
      draft.setEdgeValue(road, 'length', 85n);
    });
    await write((draft) => {
      draft.deleteEdge(road);
      draft.createEdge(road);
    });
    const edge = door.space.graph.edgeByName(road);
    expect(edge === undefined ? undefined : door.space.graph.edgeValue(edge, 'length')).toBeNull();
    await expect(
      write((draft) => {
        draft.deleteEdge(road);
        draft.deleteEdge(road);
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(door.space.graph.counts().edges).toBe(1);
  });

  test('edges of one name merge, edges of other keys are others', async () => {
    const road = { from: basel, type: 'ROAD', to: zurich };
    await write((draft) => {
      draft.createEdge(road);
      draft.createEdge(road);
      draft.createEdge({ ...road, key: 0xffff_ffff });
    });
    expect(door.space.graph.counts().edges).toBe(2);
  });

  test('a node hides its edges with it', async () => {
    await write((draft) => draft.createEdge({ from: basel, type: 'ROAD', to: zurich }));
    await write((draft) => draft.deleteNode(zurich));
    const { graph } = door.space;
    const node = graph.nodeById(basel);
    expect(graph.counts()).toEqual({ nodes: 1, edges: 0 });
    expect(node === undefined ? [] : graph.edges(node, 'ROAD', Direction.OUT)).toEqual([]);
  });
});

describe('increments', () => {
  test('add to what an earlier commit set, and to one another within a commit', async () => {
    await write((draft) => draft.setNodeValue(basel, 'people', 10n));
    await Promise.all([1n, 2n, 3n].map((amount) => add(amount)));
    expect(value(basel, 'people')).toBe(16n);
    await write((draft) => {
      draft.setNodeValue(basel, 'people', 100n);
      draft.incrementNodeValue(basel, 'people', 1n);
      draft.incrementNodeValue(basel, 'people', 1n);
    });
    expect(value(basel, 'people')).toBe(102n);
  });

  test('begin at 0 where nothing was set, and set where null was', async () => {
    await Promise.all([add(5n), add(6n)]);
    expect(value(basel, 'people')).toBe(11n);
    await write((draft) => draft.setNodeValue(basel, 'people', null));
    await add(3n);
    await add(4n);
    expect(value(basel, 'people')).toBe(7n);
  });

  test('in one commit follow a set by another transaction of it', async () => {
    await Promise.all([
      write((draft) => draft.setNodeValue(basel, 'people', 50n)),
      add(1n),
      write((draft) => draft.setNodeValue(basel, 'people', 70n)),
      add(2n),
      add(3n),
    ]);
    expect(value(basel, 'people')).toBe(75n);
  });

  test('wrap at 64 bits', async () => {
    await write((draft) => draft.setNodeValue(basel, 'people', 2n ** 63n - 1n));
    await add(1n);
    expect(value(basel, 'people')).toBe(-(2n ** 63n));
  });

  test('a thousand at once lose none', async () => {
    await write((draft) => draft.setNodeValue(basel, 'people', 1n));
    await Promise.all(Array.from({ length: 1000 }, () => add(1n)));
    expect(value(basel, 'people')).toBe(1001n);
  });
});

async function write<T>(build: (draft: Draft) => T): Promise<T> {
  const { result } = await door.space.write({ actor: 'user:test' }, build);
  return result;
}

function add(amount: bigint): Promise<void> {
  return write((draft) => draft.incrementNodeValue(basel, 'people', amount));
}

function value(id: string, path: string): unknown {
  const { graph } = door.space;
  const node = graph.nodeById(id);
  return node === undefined ? undefined : graph.nodeValue(node, path);
}

function holders(name: string): (string | undefined)[] {
  const { graph } = door.space;
  return graph.nodesByValue('City', 'name', name).map((node) => graph.nodeKey(node));
}

function codes(): (string | undefined)[] {
  const { graph } = door.space;
  return graph
    .nodesOfType('City')
    .map((node) => graph.nodeKey(node))
    .sort();
}

function state(): unknown[] {
  return [door.space.stateHash(), door.log.length];
}
