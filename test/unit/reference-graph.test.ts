import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/delta/value.ts';
import {
  edgeElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';

const NODE = 'aaaaaaaaaaaaaaaa';
const OTHER = 'bbbbbbbbbbbbbbbb';
const EDGE = { from: NODE, type: 'WAY', to: OTHER, key: 0 };

function at(hlc: number, ...deltas: ReferenceDelta[]): ReferenceTransaction {
  return { stamp: { hlc: BigInt(hlc), author: 'a0', commit: `c${hlc}`, position: 0 }, deltas };
}

function base(hlc: number): { commit: string; position: number } {
  return { commit: `c${hlc}`, position: 0 };
}

function create(id = NODE): ReferenceDelta {
  return { op: 'createNode', id, type: 'Place' };
}

function remove(id = NODE): ReferenceDelta {
  return { op: 'deleteNode', id };
}

function set(path: string, value: Value, element = NODE): ReferenceDelta {
  return { op: 'set', element, path, value };
}

function add(path: string, amount: bigint, of?: number): ReferenceDelta {
  const named = of === undefined ? undefined : base(of);
  return { op: 'increment', element: NODE, path, base: named, amount };
}

/** The graph after these, which must be the same in every order of arrival. */
function merged(...transactions: ReferenceTransaction[]): ReferenceGraph {
  const graphs = permutations(transactions).map((order) => {
    const graph = new ReferenceGraph();
    for (const transaction of order) graph.apply(transaction);
    return graph;
  });
  const [first, ...rest] = graphs;
  for (const graph of rest) expect(graph.content()).toEqual(first?.content());
  return first ?? new ReferenceGraph();
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

describe('existence', () => {
  test('[M3] [M4] a later delete hides a node and its values', () => {
    const graph = merged(at(1, create(), set('name', 'x')), at(2, remove()));
    expect(graph.exists(NODE)).toBe(false);
    expect(graph.value(NODE, 'name')).toBeNull();
  });

  test('[M3] an earlier delete that arrives late changes nothing', () => {
    expect(merged(at(2, create()), at(1, remove())).exists(NODE)).toBe(true);
  });

  test('[M2] in one transaction deletes count first', () => {
    expect(merged(at(1, create(), remove())).exists(NODE)).toBe(true);
  });

  test('[M4] a node created again shows only what was written since the delete', () => {
    const graph = merged(
      at(1, create(), set('old', 'x')),
      at(2, remove()),
      at(3, create(), set('new', 'y')),
    );
    expect([...graph.values(NODE)]).toEqual([['new', 'y']]);
  });

  test('[M6] values of a node that was never created wait for its create', () => {
    expect(merged(at(1, set('name', 'x'))).value(NODE, 'name')).toBeNull();
    expect(merged(at(1, set('name', 'x')), at(2, create())).value(NODE, 'name')).toBe('x');
  });

  test('[M5] an edge shows while both its ends exist', () => {
    const edge = at(3, { op: 'createEdge', edge: EDGE }, set('length', 5n, edgeElement(EDGE)));
    expect(merged(at(1, create()), edge).edges()).toEqual([]);
    const whole = merged(at(1, create()), at(2, create(OTHER)), edge);
    expect(whole.edges()).toEqual([EDGE]);
    expect(whole.value(edgeElement(EDGE), 'length')).toBe(5n);
    const ended = merged(at(1, create()), at(2, create(OTHER)), edge, at(4, remove(OTHER)));
    expect(ended.edges()).toEqual([]);
  });

  test('[M5] edges that differ by key alone are two', () => {
    const edges = [EDGE, { ...EDGE, key: 7 }];
    const deltas = edges.map((edge) => ({ op: 'createEdge', edge }) as const);
    expect(merged(at(1, create(), create(OTHER), ...deltas)).edges()).toHaveLength(2);
  });

  test('the same transaction twice counts once', () => {
    const graph = new ReferenceGraph();
    const transaction = at(1, create(), add('visits', 2n));
    graph.apply(transaction);
    graph.apply(transaction);
    expect(graph.value(NODE, 'visits')).toBe(2n);
  });
});

describe('registers', () => {
  test('[M7] the latest set wins', () => {
    const graph = merged(at(1, create()), at(3, set('name', 'late')), at(2, set('name', 'early')));
    expect(graph.value(NODE, 'name')).toBe('late');
  });

  test('[M2] in one transaction the later set wins', () => {
    const graph = merged(at(1, create(), set('name', 'a'), set('name', 'b')));
    expect(graph.value(NODE, 'name')).toBe('b');
  });

  test('[M1] stamps of one time order by author, then commit, then position', () => {
    const graph = new ReferenceGraph();
    const write = (author: string, commit: string, position: number) => {
      const value = `${author}/${commit}/${position}`;
      const stamp = { hlc: 1n, author, commit, position };
      graph.apply({ stamp, deltas: [create(), set('name', value)] });
      return graph.value(NODE, 'name');
    };
    expect(write('a', 'z', 9)).toBe('a/z/9');
    expect(write('b', 'x', 1)).toBe('b/x/1');
    expect(write('b', 'w', 2)).toBe('b/x/1');
    expect(write('b', 'x', 0)).toBe('b/x/1');
    expect(write('b', 'x', 2)).toBe('b/x/2');
  });

  test('[M8] a set hides older cells above and below its path, and null hides too', () => {
    const below = merged(at(1, create(), set('a', 1n)), at(2, set('a.b', 2n)));
    expect([...below.values(NODE)]).toEqual([['a.b', 2n]]);
    const above = merged(at(1, create(), set('a.b', 2n), set('ab', 3n)), at(2, set('a', null)));
    expect([...above.values(NODE)]).toEqual([['ab', 3n]]);
  });
});

describe('increments', () => {
  test('[M9] an increment counts while the set that it names wins', () => {
    const graph = merged(
      at(1, create(), set('visits', 10n)),
      at(2, add('visits', 5n, 1)),
      at(3, add('visits', 7n, 1)),
    );
    expect(graph.value(NODE, 'visits')).toBe(22n);
    expect(graph.writtenBy(NODE, 'visits')?.hlc).toBe(1n);
  });

  test('[M9] an increment that had not seen the winning set is lost', () => {
    const graph = merged(
      at(1, create(), set('visits', 10n)),
      at(3, add('visits', 5n, 1)),
      at(2, set('visits', 20n)),
    );
    expect(graph.value(NODE, 'visits')).toBe(20n);
  });

  test('[M9] an increment of what is no int64 has no effect', () => {
    const graph = merged(at(1, create(), set('name', 'x')), at(2, add('name', 5n, 1)));
    expect(graph.value(NODE, 'name')).toBe('x');
  });

  test('[M9] a sum wraps', () => {
    const graph = merged(at(1, create(), set('v', 2n ** 63n - 1n)), at(2, add('v', 1n, 1)));
    expect(graph.value(NODE, 'v')).toBe(-(2n ** 63n));
  });

  test('[M9] a set drops the increments before it in its own transaction', () => {
    const graph = merged(at(1, create(), set('v', 1n), add('v', 5n, 1), set('v', 2n)));
    expect(graph.value(NODE, 'v')).toBe(2n);
    const after = merged(at(1, create(), set('v', 1n), set('v', 2n), add('v', 5n, 1)));
    expect(after.value(NODE, 'v')).toBe(7n);
  });

  test('[M10] increments that name no set make a counter with the latest stamp', () => {
    const graph = merged(at(1, create(), add('visits', 2n)), at(2, add('visits', 3n)));
    expect(graph.value(NODE, 'visits')).toBe(5n);
    expect(graph.writtenBy(NODE, 'visits')?.hlc).toBe(2n);
  });

  test('[M10] any set beats a counter, even an older one', () => {
    const graph = merged(at(1, create()), at(3, add('v', 2n)), at(2, set('v', 100n)));
    expect(graph.value(NODE, 'v')).toBe(100n);
  });

  test('[M10] a counter never shows on an element that was deleted once', () => {
    const graph = merged(at(1, remove()), at(2, create(), add('visits', 2n)));
    expect(graph.value(NODE, 'visits')).toBeNull();
  });
});

describe('a seal', () => {
  test('[M12] [M13] forgets a deleted node with its values and edges', () => {
    const way: ReferenceDelta = { op: 'createEdge', edge: EDGE };
    const graph = merged(at(1, create(), create(OTHER), set('name', 'x'), way), at(2, remove()));
    const before = graph.content();
    graph.seal();
    expect(graph.content()).toEqual(before);
    graph.apply(at(3, create(), add('count', 2n)));
    expect(graph.values(NODE)).toEqual(new Map([['count', 2n]]));
    expect(graph.wasDeleted(NODE)).toBe(false);
    expect([graph.hasEdge(EDGE), graph.edges(OTHER)]).toEqual([false, []]);
  });

  test('[M13] forgets a node that was deleted and never created, with later writes', () => {
    const graph = merged(at(1, remove()), at(2, set('name', 'late')));
    graph.seal();
    graph.apply(at(3, create()));
    expect(graph.values(NODE)).toEqual(new Map());
  });

  test('[M14] forgets nulls, and cells that are hidden, of what stays', () => {
    const graph = merged(
      at(1, create(), set('name', 'x'), set('at.x', 1n), set('count', 1n)),
      at(2, set('name', null), set('at', 2n)),
    );
    graph.seal();
    graph.apply(at(3, add('name', 5n), add('at.x', 1n, 1), add('count', 1n, 1)));
    expect(graph.values(NODE)).toEqual(
      new Map<string, Value>([
        ['at', 2n],
        ['count', 2n],
        ['name', 5n],
      ]),
    );
  });

  test('[M14] forgets the delete of a node that was created again', () => {
    const graph = merged(at(1, create(), add('count', 1n)), at(2, remove()), at(3, create()));
    graph.seal();
    graph.apply(at(4, add('count', 3n)));
    expect(graph.value(NODE, 'count')).toBe(3n);
  });

  test('[M15] keeps what would show of a node that was never created', () => {
    const way: ReferenceDelta = { op: 'createEdge', edge: EDGE };
    const graph = merged(at(1, create(OTHER), way, set('name', 'x'), add('count', 4n)));
    graph.seal();
    graph.apply(at(2, create()));
    expect([...graph.values(NODE)]).toEqual([
      ['count', 4n],
      ['name', 'x'],
    ]);
    expect(graph.hasEdge(EDGE)).toBe(true);
  });
});
