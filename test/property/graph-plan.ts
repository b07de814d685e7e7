/**
 * Random plans: a set of commits by several authors, each of which has seen only some of those
 * before it. Clocks exceed what a commit has seen and often tie with what it has not. A commit's
 * place in the plan is one order of arrival; `arrivalOrder` gives others. Commits after a seal have
 * seen all before it.
 */

import { toHex } from '../../src/base/bytes.ts';
import {
  type AddressedDelta,
  type IncrementBase,
  type SeenAdd,
  type Subject,
  sameSubject,
  type Transaction,
} from '../../src/delta/delta.ts';
import { isListItem, type ListItem, sameValue } from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';
import { AUTHORS, EDGE_KEYS, EDGE_TYPES, IDS, NODES, PATHS, randomValue } from './graph-names.ts';
import { type KnownPlace, sequenceDeltas } from './graph-plan-sequences.ts';

/** How often a delta to a sequence follows another delta. */
const SEQUENCE_CHANCE = 0.2;
/** The first nodes can be created by everyone and are named more often. */
const FEW_NODES = 4;
/** Set more often, so that nodes share them. */
const FEW_VALUES = ['red', 1n];
/** Added and removed often; two of them are equal in the order of values. */
const FEW_ITEMS: readonly ListItem[] = ['red', 'blue', 1n, 0, -0, true];
/** Adds that a removal names here. */
const REMOVED_MOST = 20;

export interface PlannedCommit {
  readonly author: Uint8Array;
  readonly clock: bigint;
  readonly hash: Uint8Array;
  /** Places of the commits in its causal past, as bits. */
  readonly seen: bigint;
  /** How many seals stand before it. */
  readonly seals: number;
  /** Whether its author may not do any of it. */
  readonly isMasked?: boolean;
  readonly transactions: readonly Transaction[];
}

export type Plan = readonly PlannedCommit[];

/** An add that a later removal may name. */
interface KnownAdd {
  readonly subject: Subject;
  readonly path: string;
  readonly value: ListItem;
  readonly place: number;
  readonly hash: Uint8Array;
  readonly position: number;
}

/** A set that a later increment may name. */
interface KnownSet {
  readonly subject: Subject;
  readonly path: string;
  readonly place: number;
  readonly hash: Uint8Array;
  readonly position: number;
}

/** What a later commit may name, the newest last. */
interface Known {
  readonly sets: KnownSet[];
  readonly adds: KnownAdd[];
  /** Of sequences. */
  readonly places: KnownPlace[];
}

/** Knows what its own commit wrote, and those it has seen. */
interface Draft extends Known {
  readonly random: Seeded;
  readonly author: number;
  readonly place: number;
  readonly hash: Uint8Array;
  readonly seen: bigint;
  /** Position of the transaction under way. */
  position: number;
}

/** With this chance a seal stands before a commit. */
export function randomPlan(random: Seeded, commitCount: number, sealChance = 0): Plan {
  const plan: PlannedCommit[] = [];
  const known: Known[] = [];
  const heads = AUTHORS.map(() => ({ seen: 0n, clock: 0n }));
  let seals = 0;
  for (let place = 0; place < commitCount; place++) {
    if (sealChance > 0 && place > 0 && random.chance(sealChance)) {
      for (const head of heads) for (const other of heads) mergeInto(head, other);
      seals += 1;
    }
    const author = random.below(AUTHORS.length);
    const head = heads[author] as { seen: bigint; clock: bigint };
    if (random.chance(0.5)) mergeInto(head, random.pick(heads));
    const { seen } = head;
    const hash = random.bytes(32);
    const seenKnown = knownIn(seen, known);
    const draft = { random, author, place, hash, seen, ...seenKnown, position: 0 };
    const transactions = randomTransactions(draft);
    known.push(ownOf(draft));
    const clock = head.clock + BigInt(random.between(1, 3));
    const authorKey = AUTHORS[author] as Uint8Array;
    plan.push({ author: authorKey, clock, hash, seen, seals, transactions });
    head.seen |= 1n << BigInt(place);
    head.clock = clock;
  }
  return plan;
}

/** A random order of arrival in which every commit comes after those it has seen. */
export function arrivalOrder(plan: Plan, random: Seeded): PlannedCommit[] {
  const waiting = [...plan.keys()];
  const order: PlannedCommit[] = [];
  let arrived = 0n;
  while (waiting.length > 0) {
    const ready = waiting.filter((place) => isReady(plan, place, arrived));
    const place = random.pick(ready);
    waiting.splice(waiting.indexOf(place), 1);
    arrived |= 1n << BigInt(place);
    order.push(plan[place] as PlannedCommit);
  }
  return order;
}

/** Every order of arrival in which every commit comes after those it has seen. */
export function* arrivalOrders(plan: Plan, arrived = 0n): Generator<PlannedCommit[]> {
  let isWhole = true;
  for (const [place, commit] of plan.entries()) {
    if (hasBit(arrived, place)) continue;
    isWhole = false;
    if (!isReady(plan, place, arrived)) continue;
    for (const rest of arrivalOrders(plan, arrived | (1n << BigInt(place))))
      yield [commit, ...rest];
  }
  if (isWhole) yield [];
}

/** Cuts an order of arrival into groups of 1 to `most` commits, and at the seals. */
export function inGroups(
  order: readonly PlannedCommit[],
  random: Seeded,
  most: number,
): PlannedCommit[][] {
  const groups: PlannedCommit[][] = [];
  for (let at = 0; at < order.length; ) {
    const count = random.chance(0.3) ? 1 : random.between(1, most);
    const group = order.slice(at, at + count);
    const sealed = group.findIndex(({ seals }) => seals !== group[0]?.seals);
    groups.push(sealed < 0 ? group : group.slice(0, sealed));
    at += sealed < 0 ? count : sealed;
  }
  return groups;
}

/** Of the commits that were seen. */
function knownIn(seen: bigint, known: readonly Known[]): Known {
  const of = known.filter((_, place) => hasBit(seen, place));
  return {
    sets: of.flatMap(({ sets }) => sets),
    adds: of.flatMap(({ adds }) => adds),
    places: of.flatMap(({ places }) => places),
  };
}

function ownOf({ place, sets, adds, places }: Draft): Known {
  const isOwn = (other: { readonly place: number }) => other.place === place;
  return { sets: sets.filter(isOwn), adds: adds.filter(isOwn), places: places.filter(isOwn) };
}

function randomTransactions(draft: Draft): Transaction[] {
  const { random } = draft;
  const count = random.chance(0.1) ? random.between(4, 12) : random.between(1, 3);
  return Array.from({ length: count }, (_, position) => {
    draft.position = position;
    const deltas: AddressedDelta[] = [];
    const most = random.between(1, 7);
    for (let others = 0; others < most; ) {
      const before = deltas.length;
      addDeltas(draft, deltas);
      others += deltas.length - before;
      if (random.chance(SEQUENCE_CHANCE)) deltas.push(...toSequences(draft));
    }
    return { id: random.bytes(16), actor: random.pick(['user:a', 'user:b']), deltas };
  });
}

/** One operation: a create comes with a few writes, so that there is something to see. */
function addDeltas(draft: Draft, deltas: AddressedDelta[]): void {
  const { random } = draft;
  const choice = random.below(25);
  if (choice < 3) {
    deltas.push(createNode(draft));
    if (random.chance(0.6)) deltas.push(set(draft, deltas.at(-1)?.subject));
  } else if (choice < 6) {
    deltas.push({ subject: randomEdge(random), delta: { operation: 'createEdge' } });
    if (random.chance(0.4)) deltas.push(set(draft, deltas.at(-1)?.subject));
  } else if (choice < 8) {
    deltas.push({ subject: randomSubject(random), delta: { operation: 'delete' } });
  } else if (choice < 15) deltas.push(set(draft));
  else if (choice < 20) deltas.push(increment(draft));
  else if (choice < 23 || draft.adds.length === 0) deltas.push(...add(draft));
  else deltas.push(removal(draft));
}

function toSequences(draft: Draft): AddressedDelta[] {
  const { random } = draft;
  return sequenceDeltas({
    ...draft,
    subject: () => randomSubject(random),
    path: () => random.pick(PATHS),
    item: () => randomItem(random),
  });
}

function createNode({ random, author }: Draft): AddressedDelta {
  const own = NODES.filter((node) => 'key' in node || node.author === author);
  const node = random.pick(random.chance(0.5) ? own.slice(0, FEW_NODES) : own);
  const subject = { element: 'node', id: node.id } as const;
  const { type } = node;
  if ('key' in node)
    return { subject, delta: { operation: 'createNodeByKey', type, key: node.key } };
  return { subject, delta: { operation: 'createNode', type, number: node.number } };
}

function set(draft: Draft, on?: Subject): AddressedDelta {
  const { random, place, hash, position } = draft;
  const subject = on ?? randomSubject(random);
  const path = random.pick(PATHS);
  draft.sets.push({ subject, path, place, hash, position });
  const value = random.chance(0.4) ? random.pick(FEW_VALUES) : randomValue(random);
  return { subject, delta: { operation: 'set', path, value } };
}

function increment(draft: Draft): AddressedDelta {
  const { random } = draft;
  const amount = random.pick([1n, 1n, -1n, 40n, 2n ** 63n - 1n]);
  const known = draft.sets.length === 0 || random.chance(0.3) ? undefined : someSet(draft);
  const subject = known?.subject ?? randomSubject(random);
  const path = known?.path ?? random.pick(PATHS);
  const base = baseOf(draft, known);
  return { subject, delta: { operation: 'increment', path, base, amount } };
}

/** Mostly where others have added, and sometimes several values in a row. */
function add({ random, adds, place, hash, position }: Draft): AddressedDelta[] {
  const known = adds.length === 0 || random.chance(0.3) ? undefined : random.pick(adds.slice(-6));
  const subject = known?.subject ?? randomSubject(random);
  const path = known === undefined || random.chance(0.2) ? random.pick(PATHS) : known.path;
  const count = random.chance(0.2) ? random.between(2, 4) : 1;
  return Array.from({ length: count }, () => {
    const again = known !== undefined && random.chance(0.4) ? known.value : randomItem(random);
    adds.push({ subject, path, value: again, place, hash, position });
    return { subject, delta: { operation: 'add', path, value: again } };
  });
}

/** Mostly of all adds of the value that were seen, sometimes of some, or of one that is none. */
function removal({ random, adds, place }: Draft): AddressedDelta {
  const known = random.pick(random.chance(0.7) ? adds.slice(-6) : adds);
  const { subject, path, value } = known;
  const same = adds.filter(
    (other) =>
      other.path === path && sameSubject(other.subject, subject) && sameValue(other.value, value),
  );
  const isPartial = random.chance(0.2);
  const named = same.filter((other) => !isPartial || other === known).slice(-REMOVED_MOST);
  const seen = named.map((other): SeenAdd => {
    const { hash } = other;
    if (other.place === place) return { kind: 'own', position: other.position };
    const position = other.position + (random.chance(0.95) ? 0 : random.below(4));
    return { kind: 'commit', hash, position };
  });
  const other = random.chance(0.05) ? randomItem(random) : value;
  return { subject, delta: { operation: 'remove', path, value: other, adds: seen } };
}

function randomItem(random: Seeded): ListItem {
  const value = random.chance(0.8) ? random.pick(FEW_ITEMS) : randomValue(random);
  return isListItem(value) ? value : 'red';
}

/** Mostly one of the newest, so that it often still wins. */
function someSet({ random, sets }: Draft): KnownSet {
  return random.pick(random.chance(0.7) ? sets.slice(-6) : sets);
}

/** Sometimes a base that set nothing there. */
function baseOf({ random, place, position }: Draft, known: KnownSet | undefined): IncrementBase {
  if (known === undefined) {
    return random.chance(0.9)
      ? { kind: 'none' }
      : { kind: 'own', position: random.below(position + 1) };
  }
  if (random.chance(0.05)) return { kind: 'none' };
  if (known.place === place) {
    return { kind: 'own', position: random.chance(0.9) ? known.position : position };
  }
  const offset = random.chance(0.9) ? 0 : random.below(4);
  return { kind: 'commit', hash: known.hash, position: known.position + offset };
}

function randomSubject(random: Seeded): Subject {
  if (random.chance(0.3)) return randomEdge(random);
  return { element: 'node', id: random.pick(random.chance(0.4) ? IDS.slice(0, FEW_NODES) : IDS) };
}

/** Mostly between few nodes, so that the same edge is named often; loops and absent ends too. */
function randomEdge(random: Seeded): Subject {
  const from = random.pick(IDS.slice(0, random.chance(0.8) ? FEW_NODES : IDS.length));
  const to = random.pick(IDS.slice(0, random.chance(0.8) ? FEW_NODES : IDS.length));
  const [type, key] = [random.pick(EDGE_TYPES), random.pick(EDGE_KEYS)];
  return { element: 'edge', from, type, to, key };
}

function mergeInto(
  head: { seen: bigint; clock: bigint },
  other: { readonly seen: bigint; readonly clock: bigint },
): void {
  head.seen |= other.seen;
  if (other.clock > head.clock) head.clock = other.clock;
}

function isReady(plan: Plan, place: number, arrived: bigint): boolean {
  return ((plan[place] as PlannedCommit).seen & ~arrived) === 0n;
}

function hasBit(bits: bigint, place: number): boolean {
  return ((bits >> BigInt(place)) & 1n) === 1n;
}

/** The plan as text, a line for each transaction, for the report of a failure. */
export function describePlan(order: readonly PlannedCommit[]): string {
  const lines = order.flatMap(({ author, clock, hash, transactions }) =>
    transactions.map(({ deltas }, position) => {
      const shown = deltas.map(({ subject, delta }) => JSON.stringify([subject, delta], plain));
      const name = `${toHex(hash).slice(0, 6)}:${position} author ${toHex(author).slice(0, 2)}`;
      return `${name} clock ${clock}\n    ${shown.join('\n    ')}`;
    }),
  );
  return lines.join('\n');
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string' && value.length > 40)
    return `${value.slice(0, 8)}... ${value.length}`;
  return value instanceof Uint8Array ? toHex(value).slice(0, 8) : value;
}
