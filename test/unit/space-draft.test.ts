import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/base/errors.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Draft, Space, TransactionChanges } from '../../src/space/space.ts';
import { placesDefinition } from '../fixture/places-definition.ts';
import { openTestSpace } from '../fixture/test-space.ts';

const BY = { actor: 'tester' };

async function twoPlaces(): Promise<{ space: Space; a: string; b: string }> {
  const space = await openTestSpace(placesDefinition());
  const { result } = await space.write(BY, (draft) => {
    const a = draft.createNode('Place', { key: 'A' });
    const b = draft.createNode('Place', { key: 'B' });
    draft.setNodeValue(a, 'name', 'Alpha');
    draft.createEdge({ from: a, type: 'WAY', to: b });
    draft.setEdgeValue({ from: a, type: 'WAY', to: b }, 'length', 12n);
    return { a, b };
  });
  return { space, ...result };
}

describe('reading back', () => {
  test('a transaction is there in the view', async () => {
    const { space, a, b } = await twoPlaces();
    const { graph } = space;
    expect(graph.counts()).toEqual({ nodes: 2, edges: 1 });
    const row = graph.nodeByKey('Place', 'A');
    if (row === undefined) throw new Error('A is missing');
    expect([graph.nodeId(row), graph.nodeType(row), graph.nodeKey(row)]).toEqual([a, 'Place', 'A']);
    expect(graph.nodesByValue('Place', 'name', 'Alpha')).toEqual([row]);
    const [edge] = graph.edges(row, 'WAY', 'OUT');
    if (edge === undefined) throw new Error('the edge is missing');
    expect(graph.edgeValue(edge, 'length')).toBe(12n);
    expect(graph.nodeId(graph.edgeEnds(edge).to)).toBe(b);
    expect(graph.edges(row, 'WAY', 'IN')).toEqual([]);
    const to = graph.nodeById(b);
    if (to === undefined) throw new Error('B is missing');
    const path = { from: row, to, maxDepth: 1, direction: 'OUT' } as const;
    expect(graph.shortestPath(path)).toEqual({ nodes: [row, to], edges: [edge] });
    expect(graph.shortestPath({ ...path, direction: 'IN' })).toBeUndefined();
    expect(graph.shortestPath({ ...path, maxDepth: 0 })).toBeUndefined();
  });

  test('increments count from null, from a set and within a transaction', async () => {
    const { space, a } = await twoPlaces();
    const visits = () => {
      const row = space.graph.nodeById(a);
      return row === undefined ? undefined : space.graph.nodeValue(row, 'visits');
    };
    await space.write(BY, (draft) => draft.incrementNodeValue(a, 'visits', 2n));
    expect(visits()).toBe(2n);
    await space.write(BY, (draft) => {
      draft.setNodeValue(a, 'visits', 10n);
      draft.incrementNodeValue(a, 'visits', 1n);
    });
    await space.write(BY, (draft) => draft.incrementNodeValue(a, 'visits', 1n));
    expect(visits()).toBe(12n);
    await space.write(BY, (draft) => draft.setNodeValue(a, 'visits', null));
    await space.write(BY, (draft) => draft.incrementNodeValue(a, 'visits', 4n));
    expect(visits()).toBe(4n);
    await space.write(BY, (draft) => {
      draft.deleteNode(a);
      draft.createNode('Place', { key: 'A' });
      draft.incrementNodeValue(a, 'visits', 1n);
    });
    expect(visits()).toBe(1n);
  });

  test('changes name what was created, updated and deleted, in first-touch order', async () => {
    const { space, a, b } = await twoPlaces();
    const seen: TransactionChanges[] = [];
    const stop = space.watch((changes) => seen.push(changes));
    await space.write(BY, (draft) => {
      draft.setNodeValue(b, 'name', 'Beta');
      draft.deleteEdge({ from: a, type: 'WAY', to: b });
      draft.deleteNode(a);
      draft.createNode('Note');
    });
    stop();
    await space.write(BY, (draft) => draft.deleteNode(b));
    expect(seen).toHaveLength(1);
    const [{ position, actor, changes } = { changes: [] }] = seen;
    // Genesis, definition, author and the two places stand before it in the log.
    expect([position, actor]).toEqual([5, 'tester']);
    expect(changes.map((change) => `${change.event} ${change.element}`)).toEqual([
      'UPDATED node',
      'DELETED edge',
      'DELETED node',
      'CREATED node',
    ]);
    expect(changes[0]?.paths).toEqual(['name']);
  });

  test('lineage names the commit that wrote a value', async () => {
    const { space, a } = await twoPlaces();
    const { commit } = await space.write(BY, (draft) => draft.setNodeValue(a, 'visits', 1n));
    const row = space.graph.nodeById(a);
    if (row === undefined) throw new Error('A is missing');
    expect(await space.nodeLineage(row, 'visits')).toMatchObject({ commit, actor: 'tester' });
    expect((await space.nodeLineage(row))?.commit).not.toBe(commit);
    expect(await space.nodeLineage(row, 'at.x')).toBeUndefined();
  });

  test('a transaction without a delta writes no commit', async () => {
    const { space } = await twoPlaces();
    expect((await space.write(BY, () => 7)).commit).toBeUndefined();
  });
});

describe('admission', () => {
  const refusals: readonly (readonly [
    string,
    ErrorCode,
    (draft: Draft, ids: { a: string; b: string }) => void,
  ])[] = [
    ['an unknown node type', 'INVALID_INPUT', (d) => d.createNode('Plaice', { key: 'A' })],
    ['a missing key', 'INVALID_INPUT', (d) => d.createNode('Place')],
    ['an empty key', 'INVALID_INPUT', (d) => d.createNode('Place', { key: '' })],
    ['a key where none is declared', 'INVALID_INPUT', (d) => d.createNode('Note', { key: 'A' })],
    ['a key that is taken', 'ALREADY_EXISTS', (d) => d.createNode('Place', { key: 'A' })],
    ['an unknown path', 'INVALID_INPUT', (d, { a }) => d.setNodeValue(a, 'nam', 'x')],
    ['a nested field itself', 'INVALID_INPUT', (d, { a }) => d.setNodeValue(a, 'at', 'x')],
    ['the key field', 'INVALID_INPUT', (d, { a }) => d.setNodeValue(a, 'code', 'x')],
    ['a wrong kind of value', 'INVALID_INPUT', (d, { a }) => d.setNodeValue(a, 'visits', 1)],
    ['a value of no node', 'NOT_FOUND', (d) => d.setNodeValue('zz', 'name', 'x')],
    ['a unique value twice', 'ALREADY_EXISTS', (d, { b }) => d.setNodeValue(b, 'name', 'Alpha')],
    [
      'a unique value twice in one transaction',
      'ALREADY_EXISTS',
      (d, { a, b }) => {
        d.setNodeValue(a, 'name', 'Gamma');
        d.setNodeValue(b, 'name', 'Gamma');
      },
    ],
    ['an increment of text', 'INVALID_INPUT', (d, { a }) => d.incrementNodeValue(a, 'name', 1n)],
    [
      'an increment beyond int64',
      'INVALID_INPUT',
      (d, { a }) => d.incrementNodeValue(a, 'visits', 2n ** 63n),
    ],
    ['an unknown edge type', 'INVALID_INPUT', (d, { a, b }) => d.createEdge(edge(a, b, 'W'))],
    [
      'ends that no relationship joins',
      'INVALID_INPUT',
      (d, { a, b }) => d.createEdge(edge(a, b, 'ABOUT')),
    ],
    ['a missing end', 'NOT_FOUND', (d, { a }) => d.createEdge(edge(a, 'zz'))],
    [
      'an end that this transaction deleted',
      'NOT_FOUND',
      (d, { a, b }) => {
        d.deleteNode(b);
        d.createEdge(edge(a, b));
      },
    ],
    ['a value of no edge', 'NOT_FOUND', (d, { a, b }) => d.setEdgeValue(edge(b, a), 'length', 1n)],
    ['null for a required value', 'INVALID_INPUT', ranked(null)],
    ['a new node that is not complete', 'INVALID_INPUT', (d) => d.createNode('Ranked')],
    ['a delete of no node', 'NOT_FOUND', (d) => d.deleteNode('zz')],
    ['a delete of no edge', 'NOT_FOUND', (d, { a, b }) => d.deleteEdge(edge(b, a))],
  ];

  test.each(refusals)('%s is refused and nothing is written', async (_, code, build) => {
    const { space, a, b } = await twoPlaces();
    const before = space.stateHash();
    const written = space.write(BY, (draft) => {
      draft.createNode('Note');
      build(draft, { a, b });
    });
    await expect(written).rejects.toMatchObject({ code });
    expect(space.stateHash()).toBe(before);
  });

  test('a unique value is free again once its holder let it go', async () => {
    const { space, a, b } = await twoPlaces();
    await space.write(BY, (draft) => {
      draft.setNodeValue(a, 'name', 'Gamma');
      draft.setNodeValue(b, 'name', 'Alpha');
    });
    await space.write(BY, (draft) => {
      draft.deleteNode(b);
      draft.setNodeValue(a, 'name', 'Alpha');
    });
  });

  test('what is created and deleted in one transaction was never there', async () => {
    const { space, a, b } = await twoPlaces();
    const { commit } = await space.write(BY, (draft) => {
      const note = draft.createNode('Note');
      draft.setNodeValue(note, 'text', 'x');
      draft.createEdge({ from: note, type: 'ABOUT', to: a });
      draft.deleteNode(note);
      draft.createEdge(edge(b, a));
      draft.deleteEdge(edge(b, a));
    });
    expect(commit).toBeUndefined();
  });
});

function edge(from: string, to: string, type = 'WAY'): { from: string; type: string; to: string } {
  return { from, type, to };
}

function ranked(rank: Value): (draft: Draft) => void {
  return (draft) => draft.setNodeValue(draft.createNode('Ranked'), 'rank', rank);
}
