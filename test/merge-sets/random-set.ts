/** Random sets of few commits about few elements, so dense that most writes meet. */

import { AUTHORS } from '../property/graph-names.ts';
import type { Seeded } from '../seeded.ts';
import type {
  ItemRef,
  KeptCommit,
  KeptDelta,
  KeptItem,
  KeptSet,
  KeptValue,
  PlaceRef,
  Ref,
  SubjectName,
} from './kept-set.ts';

/** Of each a set has one: so some are about little, and most about one element. */
const SUBJECTS: readonly (readonly SubjectName[])[] = [
  ['p'],
  ['p', 'p', 'w'],
  ['w', 'w', 'p', 'q'],
  ['p', 'q'],
  ['p', 'p', 'q', 'v'],
];
const PATHS: readonly (readonly string[])[] = [
  ['at'],
  ['at', 'at', 'at.x'],
  ['at', 'at.x', 'at.x', 'name'],
];
const VALUES: readonly (readonly KeptValue[])[] = [
  ['x', 'y', 1, 1, 2, null, null, ['x', 'y']],
  ['x', 'x', 1],
];
const ITEMS: readonly KeptItem[] = ['x', 'y', 1, true];

interface Known {
  readonly commit: number;
  readonly position: number;
  readonly subject: SubjectName;
  readonly path: string;
}

interface Written {
  readonly sets: Known[];
  readonly adds: (Known & { readonly value: KeptItem })[];
  readonly places: (Known & { readonly number: number; readonly isOfMove: boolean })[];
}

interface Draft {
  readonly random: Seeded;
  readonly subjects: readonly SubjectName[];
  readonly paths: readonly string[];
  readonly values: readonly KeptValue[];
  readonly commit: number;
  position: number;
  /** By this commit, and by those that it has seen. */
  readonly seen: (known: Known) => boolean;
  readonly written: Written;
}

export function randomSet(random: Seeded, count: number): KeptSet {
  const commits: KeptCommit[] = [];
  const written: Written = { sets: [], adds: [], places: [] };
  const heads = AUTHORS.map(() => ({ seen: new Set<number>(), clock: 0 }));
  const sealChance = random.chance(0.4) ? 0.4 : 0;
  const maskChance = random.chance(0.3) ? 0.3 : 0;
  const hashes = Array.from({ length: 255 }, (_, byte) => byte + 1);
  const [subjects, paths] = [random.pick(SUBJECTS), random.pick(PATHS)];
  const values = random.pick(VALUES);
  let seals = 0;
  for (let place = 0; place < count; place++) {
    if (place > 0 && random.chance(sealChance)) {
      for (const head of heads) for (const other of heads) see(head, other);
      seals += 1;
    }
    const author = random.below(AUTHORS.length);
    const head = heads[author] ?? { seen: new Set<number>(), clock: 0 };
    if (random.chance(0.4)) see(head, random.pick(heads));
    const seen = [...head.seen].sort((left, right) => left - right);
    const clock = head.clock + random.between(1, 2);
    const draft: Draft = {
      ...{ random, subjects, paths, values, commit: place, position: 0, written },
      seen: ({ commit }) => commit === place || head.seen.has(commit),
    };
    const transactions = Array.from({ length: random.pick([1, 1, 2]) }, (_, position) => {
      draft.position = position;
      return Array.from({ length: random.between(1, 4) }, () => randomDelta(draft));
    });
    const [hash = 0] = hashes.splice(random.below(hashes.length), 1);
    const isMasked = random.chance(maskChance);
    commits.push({ author, clock, hash, seen, seals, isMasked, transactions });
    head.seen.add(place);
    head.clock = clock;
  }
  return { name: 'random', commits };
}

function see(
  head: { readonly seen: Set<number>; clock: number },
  other: { readonly seen: ReadonlySet<number>; readonly clock: number },
): void {
  for (const place of other.seen) head.seen.add(place);
  head.clock = Math.max(head.clock, other.clock);
}

function randomDelta(draft: Draft): KeptDelta {
  const { random } = draft;
  const choice = random.below(20);
  const subject = random.pick(draft.subjects);
  if (choice < 3) return ['create', subject];
  if (choice < 6) return ['delete', subject];
  const path = random.pick(draft.paths);
  const { commit, position, written } = draft;
  if (choice < 9) {
    written.sets.push({ commit, position, subject, path });
    return ['set', subject, path, random.pick(draft.values)];
  }
  if (choice < 11) return increment(draft, subject, path);
  if (choice < 13) {
    const value = random.pick(ITEMS);
    written.adds.push({ commit, position, subject, path, value });
    return ['add', subject, path, value];
  }
  if (choice < 14) return removal(draft) ?? ['create', subject];
  if (choice < 17) return insert(draft, subject, path);
  if (choice < 18) return removalOfItems(draft) ?? ['create', subject];
  return move(draft) ?? insert(draft, subject, path);
}

function increment(draft: Draft, subject: SubjectName, path: string): KeptDelta {
  const known = draft.written.sets.filter(draft.seen);
  const amount = draft.random.between(1, 3);
  if (known.length === 0 || draft.random.chance(0.4)) {
    return ['increment', subject, path, amount, null];
  }
  const base = draft.random.pick(known);
  return ['increment', base.subject, base.path, amount, [base.commit, base.position]];
}

function removal(draft: Draft): KeptDelta | undefined {
  const { random } = draft;
  const known = draft.written.adds.filter(draft.seen);
  if (known.length === 0) return undefined;
  const { subject, path, value } = random.pick(known);
  const refs = known
    .filter((add) => add.subject === subject && add.path === path && add.value === value)
    .map(({ commit, position }): Ref => [commit, position]);
  return ['remove', subject, path, value, ...new Map(refs.map((ref) => [`${ref}`, ref])).values()];
}

function insert(draft: Draft, otherSubject: SubjectName, otherPath: string): KeptDelta {
  const { random, commit, position, written } = draft;
  const all = written.places.filter(draft.seen);
  const known = all.length === 0 || random.chance(0.3) ? undefined : random.pick(all);
  const { subject, path } = known ?? { subject: otherSubject, path: otherPath };
  const number = nextNumber(draft, subject, path);
  const values = Array.from({ length: random.pick([1, 1, 2]) }, () => random.pick(ITEMS));
  for (const index of values.keys()) {
    const made = { commit, position, subject, path, number: number + index, isOfMove: false };
    written.places.push(made);
  }
  return ['insert', subject, path, number, placeAt(draft, known), ...values];
}

function removalOfItems(draft: Draft): KeptDelta | undefined {
  const known = draft.written.places.filter(draft.seen);
  if (known.length === 0) return undefined;
  const { subject, path, commit, position, number } = draft.random.pick(known);
  return ['removeItems', subject, path, [commit, position, number, draft.random.between(1, 2)]];
}

function move(draft: Draft): KeptDelta | undefined {
  const { random, commit, position, written } = draft;
  const known = written.places.filter(draft.seen);
  const items = known.filter(({ isOfMove }) => !isOfMove);
  if (items.length === 0) return undefined;
  const item = random.pick(items);
  const { subject, path } = item;
  const beside = known.filter((other) => other.subject === subject && other.path === path);
  const number = nextNumber(draft, subject, path);
  const place = placeAt(draft, random.chance(0.2) ? undefined : random.pick(beside));
  written.places.push({ commit, position, subject, path, number, isOfMove: true });
  const of: ItemRef = [item.commit, item.position, item.number];
  return ['move', subject, path, number, of, place];
}

/** Rarely of a number that nothing has. */
function placeAt(
  { random }: Draft,
  known: (Known & { readonly number: number }) | undefined,
): PlaceRef {
  if (known === undefined) return null;
  const number = known.number + (random.chance(0.9) ? 0 : 9);
  return [random.pick(['left', 'right']), known.commit, known.position, number];
}

/** Rarely one that its transaction has given away. */
function nextNumber(draft: Draft, subject: SubjectName, path: string): number {
  const own = draft.written.places.filter(
    (other) =>
      other.commit === draft.commit &&
      other.position === draft.position &&
      other.subject === subject &&
      other.path === path,
  );
  const next = Math.max(-1, ...own.map(({ number }) => number)) + 1;
  return draft.random.chance(0.1) ? draft.random.below(next + 1) : next;
}
