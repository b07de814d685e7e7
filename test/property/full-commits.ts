/**
 * Commits that fill a graph: many nodes with many values, and edges between them that mostly have a
 * weight. Random plans of few commits seldom come to as much.
 */

import type { AddressedDelta, Subject } from '../../src/delta/delta.ts';
import { EMPTY_MAP, IdValue, ListValue, type Value } from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';
import {
  AUTHORS,
  EDGE_KEYS,
  EDGE_TYPES,
  IDS,
  NODES,
  PATH_OF_LISTS,
  PATHS,
  randomValue,
} from './graph-names.ts';
import type { PlannedCommit } from './graph-plan.ts';

const TRANSACTION_DELTAS = 12;
/** Many edges are between these, so that some differ in their type or key alone. */
const FEW_NODES = 4;
/** Sums of these depend on the order of adding, and one of them takes others up. */
const WEIGHTS: readonly Value[] = [1n, 1n, 2n, 0n, 0.1, 0.1, 0.2, 0.3, 0.7, 1e16, 2n ** 53n + 1n];
/** Sums of these alone are often beyond an int64. */
const WHOLE: readonly Value[] = [1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)];
const PATHS_WRITTEN = [...PATHS, 'name', 'name', 'visits'];

const SOME_IDS = IDS.slice(0, 2).map((id) => new IdValue(id));
const SOME_TEXTS = ['red', 'RED', 'red\uff5e', 'red😀', 'red\uff5e', 'red😀'];
/** Few, so that they meet one another in orders, groups and figures. */
const FEW_VALUES: readonly Value[] = [
  ...[0, -0, 0, -0, 1, Number.NaN, 1n, 2n, null, EMPTY_MAP, true],
  ...SOME_TEXTS,
  ...SOME_IDS,
];
/** Of few items, so that one is in several of them, and at other places. */
const FEW_LISTS = [
  [],
  ['red'],
  [1n],
  ['red', 1n],
  ['green', 'red'],
  ['red', 'red', 'green'],
  [0, 1n],
].map((items) => new ListValue(items));

/** One of each author; `clock` says whether what they write is older or newer than the rest. */
export function fullCommits(random: Seeded, clock: bigint): PlannedCommit[] {
  const own = AUTHORS.map((_, author) => createNodes(random, author));
  const there = own.flat().map(({ subject }) => (subject.element === 'node' ? subject.id : ''));
  const commits = own.map((creates, author) => {
    const values = creates.flatMap(({ subject }) => setValues(random, subject, random.below(6)));
    const edges = Array.from({ length: random.between(2, 9) }, () =>
      createEdge(random, there),
    ).flat();
    return {
      author: AUTHORS[author] as Uint8Array,
      clock,
      hash: random.bytes(32),
      seen: 0n,
      seals: 0,
      transactions: transactions(random, [...creates, ...values, ...edges]),
    };
  });
  return commits.filter((commit) => commit.transactions.length > 0);
}

function createNodes(random: Seeded, author: number): AddressedDelta[] {
  const own = NODES.filter((node) => ('key' in node ? author === 0 : node.author === author));
  return own
    .filter(() => random.chance(0.6))
    .map((node) => {
      const subject = { element: 'node', id: node.id } as const;
      const { type } = node;
      if (!('key' in node)) {
        return { subject, delta: { operation: 'createNode', type, number: node.number } };
      }
      return { subject, delta: { operation: 'createNodeByKey', type, key: node.key } };
    });
}

function createEdge(random: Seeded, there: readonly string[]): AddressedDelta[] {
  if (there.length === 0) return [];
  const ends = random.chance(0.5) ? there : there.slice(0, FEW_NODES);
  const [from, to] = [random.pick(ends), random.pick(ends)];
  const [type, key] = [random.pick(EDGE_TYPES), random.pick(EDGE_KEYS)];
  const subject = { element: 'edge', from, type, to, key } as const;
  return [
    { subject, delta: { operation: 'createEdge' } },
    ...(random.chance(0.8) ? [set(subject, 'visits', random.pick(WEIGHTS))] : []),
    ...setValues(random, subject, random.below(3)),
  ];
}

function setValues(random: Seeded, subject: Subject, count: number): AddressedDelta[] {
  return Array.from({ length: count }, () => {
    const choice = random.below(20);
    if (choice < 4) return set(subject, 'visits', random.pick(WEIGHTS));
    if (choice < 7) return set(subject, 'atx', random.pick(WHOLE));
    if (choice === 7) return set(subject, PATH_OF_LISTS, random.pick(FEW_LISTS));
    if (choice === 8) return set(subject, 'name', random.pick(SOME_TEXTS));
    const path = random.pick(PATHS_WRITTEN);
    return set(subject, path, choice < 15 ? random.pick(FEW_VALUES) : randomValue(random));
  });
}

function set(subject: Subject, path: string, value: Value): AddressedDelta {
  return { subject, delta: { operation: 'set', path, value } };
}

function transactions(random: Seeded, deltas: readonly AddressedDelta[]) {
  const made: PlannedCommit['transactions'][number][] = [];
  for (let at = 0; at < deltas.length; at += TRANSACTION_DELTAS) {
    const own = deltas.slice(at, at + TRANSACTION_DELTAS);
    made.push({ id: random.bytes(16), actor: 'user:a', deltas: own });
  }
  return made;
}
