/** The reference's lists and paths against answers that were worked out by hand. */

import { describe, expect, test } from 'vitest';
import { EMPTY_MAP, IdValue, Timestamp, type Value } from '../../src/delta/value.ts';
import type { Condition, PathSearch, Rows, Shape } from '../../src/engine/plan.ts';
import {
  A,
  answer,
  B,
  C,
  D,
  edge,
  graphOf,
  ID,
  item,
  members,
  NAME,
  nodesFrom,
  nodesOf,
  place,
  places,
  property,
  TYPE_PLACE,
  value,
  values,
  where,
} from './plan-fixture.ts';

describe('conditions', () => {
  test('[E1] [E4] values of other kinds are compared by kind, and a missing one is not', () => {
    const compare = (operator: 'less' | 'greaterOrEqual', operand: Value): Condition => {
      return { kind: 'compare', field: property('visits'), operator, value: operand };
    };
    expect(where(compare('less', 3n))).toBe('a');
    expect(where(compare('greaterOrEqual', 2n))).toBe('abc');
    expect(where(compare('less', 0))).toBe('ab');
    expect(where({ kind: 'compare', field: NAME, operator: 'less', value: 'z' })).toBe('ab');
    expect(where({ kind: 'compare', field: NAME, operator: 'less', value: null })).toBe('');
  });

  test('[E4] texts are found in texts', () => {
    const compare = (operator: 'contains' | 'startsWith' | 'endsWith', operand: Value) => {
      return where({ kind: 'compare', field: NAME, operator, value: operand });
    };
    expect(compare('contains', 'e')).toBe('ab');
    expect(compare('startsWith', 'r')).toBe('a');
    expect(compare('endsWith', 'een')).toBe('b');
    expect(compare('contains', 'R')).toBe('');
  });

  test('[E5] [E6] in, missing, and all and any of nothing', () => {
    expect(where({ kind: 'in', field: NAME, values: ['red', null] })).toBe('a');
    expect(where({ kind: 'missing', field: NAME })).toBe('c');
    expect(where({ kind: 'all', conditions: [] })).toBe('abc');
    expect(where({ kind: 'any', conditions: [] })).toBe('');
    expect(where({ kind: 'not', condition: { kind: 'missing', field: NAME } })).toBe('ab');
  });

  test('[E7] quantifiers count the rows behind edges', () => {
    const related = (quantifier: 'some' | 'every' | 'none' | 'single') => {
      const isRed: Condition = { kind: 'compare', field: NAME, operator: 'equal', value: 'red' };
      return where({
        kind: 'related',
        quantifier,
        where: isRed,
        direction: 'OUT',
        edgeType: 'WAY',
      });
    };
    // a leads to b and c, b to c and a, c to itself.
    expect(related('some')).toBe('b');
    expect(related('single')).toBe('b');
    expect(related('none')).toBe('ac');
    expect(related('every')).toBe('');
    const every: Condition = {
      kind: 'related',
      quantifier: 'every',
      where: { kind: 'any', conditions: [] },
      direction: 'OUT',
      edgeType: 'ABOUT',
    };
    expect(where(every)).toBe('bc');
  });
});

describe('sources', () => {
  test('[E9] ids come once, and only those that exist', () => {
    const ids = [B, 'z'.repeat(16), A, B, D];
    expect(nodesOf({ source: { kind: 'ids', ids } })).toBe('abd');
    expect(nodesOf({ source: { kind: 'ids', ids, type: 'Note' } })).toBe('d');
  });

  test('[E9] values and ranges, in which maps are not', () => {
    const path = 'visits';
    expect(nodesOf({ source: { kind: 'values', type: 'Place', path, values: [10n, 1.5] } })).toBe(
      'bc',
    );
    const lower = { value: 2n, isExcluded: true };
    expect(nodesOf({ source: { kind: 'range', type: 'Place', paths: [path], lower } })).toBe('bc');
    expect(
      nodesOf({ source: { kind: 'range', type: 'Place', paths: [path], upper: { value: 2n } } }),
    ).toBe('a');
  });

  test('[E10] [E13] edges of both directions, a loop once, by node and then by key', () => {
    expect(nodesFrom(C, { source: { kind: 'edges', direction: 'BOTH' } })).toBe('abc');
    expect(nodesFrom(A, { source: { kind: 'edges', direction: 'BOTH' } })).toBe('bbcd');
    expect(nodesFrom(A, { source: { kind: 'edges', direction: 'BOTH', targetType: 'Note' } })).toBe(
      'd',
    );
    expect(nodesFrom(B, { source: { kind: 'edges', direction: 'IN' } })).toBe('a');
  });

  test('[E11] around has each node at its shortest length, never the node itself', () => {
    const around = (least: number, most: number) => {
      return nodesFrom(B, { source: { kind: 'around', direction: 'OUT', least, most } });
    };
    expect(around(1, 1)).toBe('ac');
    expect(around(1, 4)).toBe('acd');
    expect(around(2, 4)).toBe('d');
  });

  test('[E12] [E13] paths use no edge twice, and come by length and then edge by edge', () => {
    const source = { kind: 'paths', direction: 'OUT', edgeType: 'WAY', least: 1, most: 2 } as const;
    // a→b, a→c, then a→b→a, a→b→c, a→c→c.
    expect(nodesFrom(A, { source })).toBe('bcacc');
    expect(nodesFrom(A, { source, order: [{ field: ID }] })).toBe('abccc');
    expect(nodesFrom(C, { source })).toBe('c');
  });
});

describe('orders', () => {
  test('[E13] missing values come last, or first where a key descends; ids ascend', () => {
    const source = TYPE_PLACE;
    expect(nodesOf({ source, order: [{ field: NAME }] })).toBe('bac');
    expect(nodesOf({ source, order: [{ field: NAME, isDescending: true }] })).toBe('cab');
    const order = [{ field: property('none'), isDescending: true }];
    expect(nodesOf({ source, order })).toBe('abc');
  });

  test('[E14] skip and limit cut what is in order, and a count does not see them', () => {
    const rows = { source: TYPE_PLACE, order: [{ field: NAME }], skip: 1, limit: 1 };
    expect(nodesOf(rows)).toBe('a');
    expect(answer({ kind: 'count', rows })).toBe('3');
  });

  test('[E15] a page stands strictly between its places', () => {
    const page = (options: object) => {
      const shape = {
        kind: 'page',
        rows: { source: TYPE_PLACE, order: [{ field: NAME }] },
        page: { size: 10, scope: 's', ...options },
        members: members({
          items: { kind: 'items', item: item({ n: value(NAME) }) },
          next: { kind: 'hasNextPage' },
          before: { kind: 'hasPreviousPage' },
          all: { kind: 'totalCount' },
        }),
      };
      return answer(shape as Shape);
    };
    const green = { values: ['green'], id: B };
    const last = { values: [null], id: C };
    const one = (name: string) => `{"items":[{"n":"${name}"}]`;
    expect(page({ after: green, before: last })).toBe(
      `${one('red')},"next":true,"before":true,"all":3}`,
    );
    expect(page({ size: 1 })).toBe(`${one('green')},"next":true,"before":false,"all":3}`);
    expect(page({ size: 1, isFromEnd: true, before: last })).toBe(
      `${one('red')},"next":true,"before":true,"all":3}`,
    );
    expect(page({ after: last })).toBe('{"items":[],"next":false,"before":true,"all":3}');
  });

  test('[E16] a cursor has the scope, the identity and the value of each sort key', () => {
    const held = {
      s: 'é"',
      b: true,
      i: 5n,
      f: -0,
      t: new Timestamp(7n),
      y: Uint8Array.of(255),
      n: new IdValue(B),
      m: EMPTY_MAP,
    };
    const graph = graphOf(place(A), place(B), ...edge(A, 'WAY', B, {}, 7), ...values(B, held));
    const order = [...Object.keys(held), 'none'].map((path) => ({ field: property(path) }));
    const pageOf = (rows: Rows): Shape => ({
      kind: 'page',
      rows,
      page: { size: 1, scope: 'S "1"' },
      members: members({ c: { kind: 'endCursor' } }),
    });
    const edges = pageOf({ source: { kind: 'edges', direction: 'OUT' }, order });
    const rows: Rows = { source: { kind: 'ids', ids: [A] } };
    const shape: Shape = { kind: 'one', rows, item: item({ p: edges, q: pageOf(rows) }) };
    const { p, q } = JSON.parse(answer(shape, graph)) as Record<'p' | 'q', { readonly c: string }>;
    const typed = '{"i":"5"},{"f":"0"},{"t":"7"},{"b":"/w=="},{"n":"bbbbbbbbbbbbbbbb"},null,null';
    expect(Buffer.from(p.c, 'base64url').toString()).toBe(
      `[1,"S \\"1\\"","bbbbbbbbbbbbbbbb:0000000007","é\\"",true,${typed}]`,
    );
    expect(q.c).toBe('WzEsIlMgXCIxXCIiLCJhYWFhYWFhYWFhYWFhYWFhIl0');
  });
});

describe('paths', () => {
  const search = (options: Partial<PathSearch>, graph = places()) => {
    const weight = 'weight' in options ? { w: { kind: 'weight' } as const } : {};
    const pathNodes: Shape = { kind: 'pathNodes', item: item({ id: value(ID) }) };
    const shape: Shape = {
      kind: 'shortestPath',
      search: { from: A, to: C, direction: 'OUT', ...options },
      members: members({ n: pathNodes, l: { kind: 'length' }, ...weight }),
    };
    return answer(shape, graph).replaceAll(/\{"id":"(.)\1*"\}/g, '$1');
  };

  test('[E21] the fewest edges, and none from a node to itself', () => {
    expect(search({})).toBe('{"n":[a,c],"l":1}');
    expect(search({ to: A })).toBe('{"n":[a],"l":0}');
    expect(search({ direction: 'IN' })).toBe('null');
    expect(search({ from: C, to: D })).toBe('null');
    expect(search({ from: B, to: D, most: 1 })).toBe('null');
    expect(search({ to: 'z'.repeat(16) })).toBe('missing');
  });

  test('[E21] of paths with as many edges the first by its edges in turn', () => {
    const graph = graphOf(
      ...[A, B, C, D].map(place),
      ...[...edge(A, 'WAY', C, {}), ...edge(C, 'WAY', D, {})],
      ...[...edge(A, 'WAY', B, {}), ...edge(B, 'WAY', D, {}, 9), ...edge(B, 'ABOUT', D, {}, 9)],
    );
    expect(search({ to: D }, graph)).toBe('{"n":[a,b,d],"l":2}');
    const pathEdges: Shape = {
      kind: 'pathEdges',
      item: item({ t: value({ kind: 'type', of: 'edge' }), to: value({ kind: 'to' }) }),
    };
    const shape: Shape = {
      kind: 'shortestPath',
      search: { from: B, to: D, direction: 'OUT' },
      members: members({ e: pathEdges }),
    };
    expect(answer(shape, graph)).toBe('{"e":[{"t":"ABOUT","to":"dddddddddddddddd"}]}');
  });

  test('[E22] the least sum goes before the fewest edges', () => {
    expect(search({ weight: 'visits' })).toBe('{"n":[a,b,c],"l":2,"w":2}');
    expect(search({ weight: 'visits', most: 1 })).toBe('{"n":[a,b,c],"l":2,"w":2}');
    expect(search({ weight: 'none' })).toBe('null');
    expect(search({ weight: 'visits', from: B, to: A })).toBe('null');
    expect(search({ weight: 'visits', to: A })).toBe('{"n":[a],"l":0,"w":0}');
  });

  test('[E22] weights are added from the last on, and a way goes on by the best one', () => {
    const way = (weights: readonly number[]) =>
      weights.flatMap((weight, index) => {
        return edge([A, B, C][index] ?? A, 'WAY', [B, C, D][index] ?? D, { v: weight });
      });
    const graph = graphOf(...[A, B, C, D].map(place), ...way([0.3, 0.2, 0.1]));
    expect(search({ to: D, weight: 'v' }, graph)).toBe(
      '{"n":[a,b,c,d],"l":3,"w":0.6000000000000001}',
    );
    // Both sums are 1e16, and b→d has fewer edges; but the best way from b is by c.
    const taken = graphOf(
      ...[A, B, C, D].map(place),
      ...way([1e16, 0.25, 0.25]),
      ...edge(B, 'WAY', D, { v: 0.75 }),
    );
    expect(search({ to: D, weight: 'v' }, taken)).toBe(
      '{"n":[a,b,c,d],"l":3,"w":10000000000000000}',
    );
  });
});
