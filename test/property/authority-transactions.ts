/** Random transactions of one author of the world: what they do, and for whom. */

import type { VerifiedCommit } from '../../src/delta/commit.ts';
import type {
  AddressedDelta,
  IncrementBase,
  ItemName,
  Subject,
  Transaction,
} from '../../src/delta/delta.ts';
import type { ListItem, Value } from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';
import { ACTORS, NODES, PATHS, randomEdge, WRONG_ACTORS } from './authority-world.ts';

/** A set that a later increment may name. */
export interface KnownSet {
  readonly subject: Subject;
  readonly path: string;
  readonly commit: VerifiedCommit;
  readonly position: number;
}

/** A place of a sequence that a later insert may name. */
export interface KnownPlace extends KnownSet {
  readonly number: number;
}

export interface Means {
  /** Place of the author. */
  readonly author: number;
  /** Sets that it has seen, the newest last. */
  readonly sets: readonly KnownSet[];
  /** The same of places of sequences. */
  readonly places: readonly KnownPlace[];
  /** Ids of nodes that commits so far create, seen or not, and this one. */
  readonly created: Set<string>;
}

const TRANSACTIONS_MAX = 3;
const DELTAS_MAX = 4;
const VALUES: readonly Value[] = ['red', 'red', 'green', 1n, 2n, true, null];
const ITEMS: readonly ListItem[] = ['red', 1n];
const PATH_OF_SEQUENCES = PATHS[1];
/** Few of one transaction are alike. */
const MANY_NUMBERS = 1_000;
/** The first nodes are named more often, so that writes meet. */
const FEW_NODES = 2;

export function randomTransactions(random: Seeded, means: Means): Transaction[] {
  const count = random.chance(0.05) ? 40 : random.between(1, TRANSACTIONS_MAX);
  return Array.from({ length: count }, (_, position) => {
    const deltas: AddressedDelta[] = [];
    const most = random.between(1, DELTAS_MAX);
    while (deltas.length < most) deltas.push(...randomDeltas(random, means, position));
    return { id: random.bytes(16), actor: randomActor(random, means.author), deltas };
  });
}

export function randomActor(random: Seeded, author: number): string {
  return random.pick(random.chance(0.9) ? (ACTORS[author] ?? WRONG_ACTORS) : WRONG_ACTORS);
}

function randomDeltas(random: Seeded, means: Means, position: number): AddressedDelta[] {
  const choice = random.below(20);
  if (choice < 6) {
    const created = createNode(random, means);
    return random.chance(0.5) ? [created, set(random, created.subject)] : [created];
  }
  if (choice < 9) {
    const subject: Subject = { element: 'edge', ...randomEdge(random) };
    return [{ subject, delta: { operation: 'createEdge' } }];
  }
  const subject = randomSubject(random, means);
  if (choice < 11) return [{ subject, delta: { operation: 'delete' } }];
  if (choice < 17) return [set(random, subject)];
  if (random.chance(0.4)) return [toSequence(random, means, subject)];
  if (choice < 18) return [add(random, subject)];
  return [choice < 19 ? removal(random, subject, position) : increment(random, means, position)];
}

function createNode(random: Seeded, { author, created }: Means): AddressedDelta {
  const node = random.pick(NODES.filter((each) => 'key' in each || each.author === author));
  created.add(node.id);
  const subject = { element: 'node', id: node.id } as const;
  const { type } = node;
  if ('key' in node)
    return { subject, delta: { operation: 'createNodeByKey', type, key: node.key } };
  return { subject, delta: { operation: 'createNode', type, number: node.number } };
}

function set(random: Seeded, subject: Subject): AddressedDelta {
  const path = random.chance(0.5) ? PATHS[0] : random.pick(PATHS);
  const value = random.pick(VALUES);
  return { subject, delta: { operation: 'set', path, value } };
}

function add(random: Seeded, subject: Subject): AddressedDelta {
  const path = random.chance(0.5) ? PATHS[0] : random.pick(PATHS);
  return { subject, delta: { operation: 'add', path, value: random.pick(ITEMS) } };
}

/** Of adds of its own commit, where there are some. */
function removal(random: Seeded, subject: Subject, position: number): AddressedDelta {
  const path = random.chance(0.5) ? PATHS[0] : random.pick(PATHS);
  const adds = [{ kind: 'own', position: random.below(position + 1) } as const];
  return { subject, delta: { operation: 'remove', path, value: random.pick(ITEMS), adds } };
}

/** An insert, mostly at a place that was seen; a removal or a move of what stands there. */
function toSequence(random: Seeded, { places }: Means, other: Subject): AddressedDelta {
  const known = places.length === 0 || random.chance(0.3) ? undefined : random.pick(places);
  const subject = known?.subject ?? other;
  const path = known?.path ?? PATH_OF_SEQUENCES;
  const number = random.below(MANY_NUMBERS);
  const name = known === undefined ? undefined : nameOf(known);
  const side = random.pick(['left', 'right'] as const);
  const place = name === undefined ? undefined : { side, of: name };
  if (name === undefined || random.chance(0.6)) {
    const values = Array.from({ length: random.between(1, 2) }, () => random.pick(ITEMS));
    return { subject, delta: { operation: 'insert', path, number, place, values } };
  }
  if (random.chance(0.5)) {
    const runs = [{ ...name, count: 1 }];
    return { subject, delta: { operation: 'removeItems', path, runs } };
  }
  const item = nameOf(random.pick(places));
  return { subject, delta: { operation: 'move', path, number, item, place } };
}

function nameOf({ commit, position, number }: KnownPlace): ItemName {
  return { kind: 'commit', hash: commit.hash, position, number };
}

function increment(random: Seeded, means: Means, position: number): AddressedDelta {
  const { sets } = means;
  const known = sets.length === 0 || random.chance(0.3) ? undefined : random.pick(sets.slice(-8));
  const subject = known?.subject ?? randomSubject(random, means);
  const path = known?.path ?? random.pick(PATHS);
  const base: IncrementBase =
    known !== undefined
      ? { kind: 'commit', hash: known.commit.hash, position: known.position }
      : random.chance(0.8)
        ? { kind: 'none' }
        : { kind: 'own', position: random.below(position + 1) };
  return { subject, delta: { operation: 'increment', path, base, amount: 3n } };
}

/** Seldom a node that nothing creates: what comes after it would wait for ever. */
function randomSubject(random: Seeded, { created }: Means): Subject {
  const nodes = random.chance(0.8) ? NODES.slice(0, FEW_NODES) : NODES;
  const known = nodes.filter(({ id }) => created.has(id));
  if (random.chance(0.01)) return { element: 'node', id: random.pick(nodes).id };
  if (known.length === 0 || random.chance(0.3)) return { element: 'edge', ...randomEdge(random) };
  return { element: 'node', id: random.pick(known).id };
}
