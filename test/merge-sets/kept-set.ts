/**
 * Sets of commits that are kept: each is named by two merge rules that decide something in it. They
 * are about the nodes p and q, the edge w between them, and the edge v from p to a node that is
 * never created. As text, a set is a line with its rules, for each commit a line
 * `commit AUTHOR CLOCK HASH`, with `seen`, `seals` and `masked` where they say something, and for
 * each delta a line of JSON; a line `-` stands between two transactions.
 */

import { assert } from '../../src/base/assert.ts';
import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemName,
  ItemPlace,
  Subject,
  Transaction,
} from '../../src/delta/delta.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { isListItem, type ListItem, ListValue, type Value } from '../../src/delta/value.ts';
import { AUTHORS, NODES, SPACE } from '../property/graph-names.ts';
import type { Plan, PlannedCommit } from '../property/graph-plan.ts';

/** A transaction: the place of its commit in the set, and its position there. */
export type Ref = readonly [commit: number, position: number];
export type ItemRef = readonly [commit: number, position: number, number: number];
export type RunRef = readonly [commit: number, position: number, number: number, count: number];
export type PlaceRef = readonly ['left' | 'right', ...ItemRef] | null;
/** Numbers are whole. */
export type KeptItem = string | number | boolean;
export type KeptValue = KeptItem | null | readonly KeptItem[];
export type SubjectName = 'p' | 'q' | 'v' | 'w';

export type KeptDelta =
  | readonly ['create' | 'delete', SubjectName]
  | readonly ['set', SubjectName, path: string, KeptValue]
  | readonly ['increment', SubjectName, path: string, amount: number, Ref | null]
  | readonly ['add', SubjectName, path: string, KeptItem]
  | readonly ['remove', SubjectName, path: string, KeptItem, ...Ref[]]
  | readonly ['insert', SubjectName, path: string, number: number, PlaceRef, ...KeptItem[]]
  | readonly ['removeItems', SubjectName, path: string, ...RunRef[]]
  | readonly ['move', SubjectName, path: string, number: number, ItemRef, PlaceRef];

export interface KeptCommit {
  readonly author: number;
  readonly clock: number;
  /** Every byte of its hash. */
  readonly hash: number;
  /** Places of the commits in its causal past. */
  readonly seen: readonly number[];
  readonly seals: number;
  readonly isMasked: boolean;
  readonly transactions: readonly (readonly KeptDelta[])[];
}

export interface KeptSet {
  /** The two rules, such as `M4 M19`. */
  readonly name: string;
  readonly commits: readonly KeptCommit[];
}

const [P, Q, R] = NODES;
assert(P !== undefined && Q !== undefined && R !== undefined, 'there are three nodes');
assert('key' in P && 'key' in Q && 'key' in R, 'three nodes have keys');
export type Subjects = Readonly<Record<SubjectName, Subject>>;
/** What sets are about, in the space of the reference. */
export const SUBJECTS = subjectsIn(SPACE);
const CREATES: Readonly<Record<SubjectName, Delta>> = {
  p: { operation: 'createNodeByKey', type: P.type, key: P.key },
  q: { operation: 'createNodeByKey', type: Q.type, key: Q.key },
  v: { operation: 'createEdge' },
  w: { operation: 'createEdge' },
};
const AUTHOR_NAMES = 'abcd';
const COMMIT = /^commit ([a-d]) (\d+) ([0-9a-f]{2})(?: seen ([\d,]+))?(?: seals (\d+))?( masked)?$/;

/** What sets are about, in another space: the ids of nodes say which it is. */
export function subjectsIn(space: Uint8Array): Subjects {
  const [p, q, r] = keptIds(space);
  assert(p !== undefined && q !== undefined && r !== undefined, 'there are three ids');
  const way = { element: 'edge', from: p, type: 'WAY', key: 0 } as const;
  return {
    p: { element: 'node', id: p },
    q: { element: 'node', id: q },
    v: { ...way, to: r },
    w: { ...way, to: q },
  };
}

/** Of p, of q, and of the node at the end of v. */
export function keptIds(space: Uint8Array): string[] {
  return [P, Q, R].flatMap((node) => {
    if (node === undefined || !('key' in node)) return [];
    return [nodeIdByKey({ space, type: node.type, key: node.key })];
  });
}

/** How a space calls what a set names. */
export interface KeptNames {
  readonly subjects: Subjects;
  /** Of the commit at a place. */
  readonly hashOf: (place: number) => Uint8Array;
  /** What an item of a sequence is, where it is something else than the set says. */
  readonly itemAt?: ItemAt | undefined;
}

/** The item of a name in the sequence of a path: the document is that and its element. */
export type ItemAt = (document: string, name: ItemRef) => ListItem;

export function documentOf(subject: SubjectName, path: string): string {
  return `${subject} ${path}`;
}

/** The transactions of the commit at a place. */
export function transactionsOf(
  { commits }: KeptSet,
  place: number,
  names: KeptNames,
): Transaction[] {
  const { transactions } = commits[place] ?? { transactions: [] };
  return transactions.map((deltas, position) => ({
    id: Uint8Array.from({ length: 16 }, (_, at) => SPACE[at] ?? 0)
      .fill(place, 8)
      .fill(position, 9),
    actor: 'user:a',
    deltas: deltas.map((delta) => addressed(delta, [place, position], names)),
  }));
}

/** As the engine and the reference take it. */
export function planOf(set: KeptSet, itemAt?: ItemAt): Plan {
  const { name, commits } = set;
  const hashAt = (place: number) => {
    const commit = commits[place];
    assert(commit !== undefined, 'a commit that is named is of the set');
    return hashOf(commit);
  };
  return commits.map((commit, place): PlannedCommit => {
    const { author, clock, seals, isMasked } = commit;
    const names = { subjects: SUBJECTS, hashOf: hashAt, itemAt };
    const transactions = transactionsOf(set, place, names);
    const authorKey = AUTHORS[author];
    assert(authorKey !== undefined, `an author of ${name} is known`);
    return {
      ...{ author: authorKey, clock: BigInt(clock), hash: hashOf(commit), seals, isMasked },
      seen: commit.seen.reduce((bits, other) => bits | (1n << BigInt(other)), 0n),
      transactions,
    };
  });
}

function addressed(kept: KeptDelta, [place, at]: Ref, names: KeptNames): AddressedDelta {
  const subject = names.subjects[kept[1]];
  const named = ([commit, position]: Ref | ItemRef | RunRef): Exclude<
    IncrementBase,
    { kind: 'none' }
  > => {
    if (commit === place) return { kind: 'own', position };
    return { kind: 'commit', hash: names.hashOf(commit), position };
  };
  const item = (ref: ItemRef | RunRef): ItemName => ({ ...named(ref), number: ref[2] });
  const placeAt = (ref: PlaceRef): ItemPlace => {
    if (ref === null) return undefined;
    const [side, ...of] = ref;
    return { side, of: item(of) };
  };
  const made = (path: string, number: number, value: KeptItem) =>
    names.itemAt?.(documentOf(kept[1], path), [place, at, number]) ?? toItem(value);
  return { subject, delta: deltaOf(kept, { named, item, placeAt, made }) };
}

interface Naming {
  readonly named: (ref: Ref) => Exclude<IncrementBase, { kind: 'none' }>;
  readonly item: (ref: ItemRef | RunRef) => ItemName;
  readonly placeAt: (ref: PlaceRef) => ItemPlace;
  readonly made: (path: string, number: number, value: KeptItem) => ListItem;
}

function deltaOf(kept: KeptDelta, { named, item, placeAt, made }: Naming): Delta {
  switch (kept[0]) {
    case 'create':
      return CREATES[kept[1]];
    case 'delete':
      return { operation: 'delete' };
    case 'set':
      return { operation: 'set', path: kept[2], value: toValue(kept[3]) };
    case 'increment': {
      const base = kept[4] === null ? ({ kind: 'none' } as const) : named(kept[4]);
      return { operation: 'increment', path: kept[2], base, amount: BigInt(kept[3]) };
    }
    case 'add':
      return { operation: 'add', path: kept[2], value: toItem(kept[3]) };
    case 'remove': {
      const [, , path, value, ...refs] = kept;
      return { operation: 'remove', path, value: toItem(value), adds: refs.map(named) };
    }
    case 'insert': {
      const [, , path, number, at, ...items] = kept;
      const values = items.map((value, index) => made(path, number + index, value));
      return { operation: 'insert', path, number, place: placeAt(at), values };
    }
    case 'removeItems': {
      const [, , path, ...refs] = kept;
      const runs = refs.map((ref) => ({ ...item(ref), count: ref[3] }));
      return { operation: 'removeItems', path, runs };
    }
    case 'move': {
      const [, , path, number, of, at] = kept;
      return { operation: 'move', path, number, item: item(of), place: placeAt(at) };
    }
  }
}

function toValue(kept: KeptValue): Value {
  if (typeof kept === 'object' && kept !== null) return new ListValue(kept.map(toItem));
  return kept === null ? null : toItem(kept);
}

function toItem(kept: KeptItem): ListItem {
  const item = typeof kept === 'number' ? BigInt(kept) : kept;
  assert(isListItem(item), 'a kept item can be in a list');
  return item;
}

function hashOf({ hash }: KeptCommit): Uint8Array {
  return new Uint8Array(32).fill(hash);
}

export function printSets(sets: readonly KeptSet[]): string {
  return sets
    .map(({ name, commits }) => `${[name, ...commits.flatMap(lines)].join('\n')}\n`)
    .join('\n');
}

function lines(commit: KeptCommit): string[] {
  const { author, clock, hash, seen, seals, isMasked, transactions } = commit;
  const words = [
    ...['commit', AUTHOR_NAMES[author], clock, hash.toString(16).padStart(2, '0')],
    ...(seen.length > 0 ? ['seen', seen.join()] : []),
    ...(seals > 0 ? ['seals', seals] : []),
    ...(isMasked ? ['masked'] : []),
  ];
  const deltas = transactions.flatMap((each, position) => [
    ...(position > 0 ? ['  -'] : []),
    ...each.map((delta) => `  ${JSON.stringify(delta)}`),
  ]);
  return [words.join(' '), ...deltas];
}

/** Throws where the text is none of `printSets`. */
export function parseSets(text: string): KeptSet[] {
  return text.split('\n\n').map((part) => {
    const [name = '', ...rest] = part.trimEnd().split('\n');
    const commits: KeptCommit[] = [];
    let deltas: KeptDelta[][] = [];
    for (const line of rest) {
      const head = COMMIT.exec(line);
      if (head !== null) {
        deltas = [[]];
        commits.push({ ...headOf(head), transactions: deltas });
      } else if (line === '  -') deltas.push([]);
      else deltas.at(-1)?.push(JSON.parse(line) as KeptDelta);
    }
    return { name, commits };
  });
}

function headOf(head: RegExpExecArray): Omit<KeptCommit, 'transactions'> {
  const [, author = '', clock, hash = '', seen, seals = 0, masked] = head;
  return {
    author: AUTHOR_NAMES.indexOf(author),
    clock: Number(clock),
    hash: Number.parseInt(hash, 16),
    seen: seen === undefined ? [] : seen.split(',').map(Number),
    seals: Number(seals),
    isMasked: masked !== undefined,
  };
}
