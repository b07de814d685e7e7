/** Random deltas of sequences for the plans of graph-plan.ts: mostly where others have inserted. */

import {
  type AddressedDelta,
  type ItemName,
  type ItemPlace,
  type ItemRun,
  type Subject,
  sameSubject,
} from '../../src/delta/delta.ts';
import type { ListItem } from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';

/** An item or a place that a later delta may name. */
export interface KnownPlace {
  readonly subject: Subject;
  readonly path: string;
  readonly place: number;
  readonly hash: Uint8Array;
  readonly position: number;
  readonly number: number;
  /** Whether a move made it. */
  readonly isOfMove: boolean;
}

export interface SequenceDraft {
  readonly random: Seeded;
  readonly place: number;
  readonly hash: Uint8Array;
  /** Places of this commit and of those it has seen, the newest last. */
  readonly places: KnownPlace[];
  readonly position: number;
  readonly subject: () => Subject;
  readonly path: () => string;
  readonly item: () => ListItem;
}

/** Inserted in one run at most. */
const RUN_MOST = 4;
const NEWEST = 8;

export function sequenceDeltas(draft: SequenceDraft): AddressedDelta[] {
  const { random, places } = draft;
  const choice = random.below(10);
  if (places.length === 0 || choice < 6) return insert(draft);
  return choice < 8 ? [removal(draft)] : move(draft);
}

/** At times the values are inserted one by one, each left of the one before. */
function insert(draft: SequenceDraft): AddressedDelta[] {
  const { random } = draft;
  const known = draft.places.length === 0 || random.chance(0.2) ? undefined : somePlace(draft);
  const subject = known?.subject ?? draft.subject();
  const path = known === undefined || random.chance(0.05) ? draft.path() : known.path;
  const at = { subject, path };
  const values = Array.from({ length: random.between(1, RUN_MOST) }, () => draft.item());
  let place = placeAt(draft, known);
  if (random.chance(0.8)) return [insertRun(draft, at, { place, values })];
  return values.map((value) => {
    const delta = insertRun(draft, at, { place, values: [value] });
    const made = draft.places.at(-1);
    if (made !== undefined) place = { side: 'left', of: nameOf(draft, made) };
    return delta;
  });
}

function insertRun(
  draft: SequenceDraft,
  at: { readonly subject: Subject; readonly path: string },
  { place, values }: { readonly place: ItemPlace; readonly values: readonly ListItem[] },
): AddressedDelta {
  const number = nextNumber(draft, at);
  for (let index = 0; index < values.length; index++) note(draft, at, number + index, false);
  return {
    subject: at.subject,
    delta: { operation: 'insert', path: at.path, number, place, values },
  };
}

function removal(draft: SequenceDraft): AddressedDelta {
  const { random } = draft;
  const known = somePlace(draft);
  const runs = Array.from({ length: random.pick([1, 1, 1, 2, 5]) }, (_, index): ItemRun => {
    const named = index === 0 ? known : random.pick(sameAs(draft, known));
    return { ...nameOf(draft, named), count: random.pick([1, 1, 2, 3]) };
  });
  const { subject, path } = known;
  return { subject, delta: { operation: 'removeItems', path, runs } };
}

/** Mostly of an item, sometimes of a place that a move made, which is none. */
function move(draft: SequenceDraft): AddressedDelta[] {
  const { random } = draft;
  const known = somePlace(draft);
  const same = sameAs(draft, known);
  const items = same.filter(({ isOfMove }) => !isOfMove);
  const item = random.pick(items.length === 0 || random.chance(0.05) ? same : items);
  const { subject, path } = known;
  const number = nextNumber(draft, known);
  const place = placeAt(draft, random.chance(0.1) ? undefined : random.pick(same));
  const delta = { operation: 'move', path, number, item: nameOf(draft, item), place } as const;
  note(draft, known, number, true);
  return [{ subject, delta }];
}

function placeAt(draft: SequenceDraft, known: KnownPlace | undefined): ItemPlace {
  if (known === undefined) return undefined;
  return { side: draft.random.chance(0.5) ? 'left' : 'right', of: nameOf(draft, known) };
}

/** Rarely of a number, or a transaction, that made none. */
function nameOf({ random, place }: SequenceDraft, known: KnownPlace): ItemName {
  const number = known.number + (random.chance(0.97) ? 0 : random.between(1, 3));
  if (known.place === place) return { kind: 'own', position: known.position, number };
  const position = known.position + (random.chance(0.97) ? 0 : random.below(3));
  return { kind: 'commit', hash: known.hash, position, number };
}

/** After those that are taken, rarely one of them. */
function nextNumber(
  draft: SequenceDraft,
  { subject, path }: { readonly subject: Subject; readonly path: string },
): number {
  const { random, place, position } = draft;
  const own = sameAs(draft, { subject, path }).filter(
    (other) => other.place === place && other.position === position,
  );
  const next = Math.max(-1, ...own.map(({ number }) => number)) + 1;
  if (random.chance(0.05)) return random.below(next + 1);
  return next + (random.chance(0.1) ? random.below(4) : 0);
}

function note(
  { places, place, hash, position }: SequenceDraft,
  { subject, path }: { readonly subject: Subject; readonly path: string },
  number: number,
  isOfMove: boolean,
): void {
  places.push({ subject, path, place, hash, position, number, isOfMove });
}

function somePlace({ random, places }: SequenceDraft): KnownPlace {
  return random.pick(random.chance(0.7) ? places.slice(-NEWEST) : places);
}

function sameAs(
  { places }: SequenceDraft,
  { subject, path }: { readonly subject: Subject; readonly path: string },
): KnownPlace[] {
  return places.filter((other) => other.path === path && sameSubject(other.subject, subject));
}
