/**
 * The places that a set of commits comes to, and their names, by the merge rules M1 to M7 and in
 * the plainest way: of all that was written and allowed, what has the greatest stamp.
 */

import type { Transaction } from '../delta/delta.ts';
import type { Counted } from './log-content.ts';
import type { Rights, Standing } from './rights.ts';

interface Stamp {
  readonly clock: bigint;
  readonly author: string;
  readonly hash: string;
  readonly position: number;
}

interface Place {
  created?: Stamp;
  deleted?: Stamp;
  name?: { readonly stamp: Stamp; readonly text: string };
}

export interface ExpectedPlaces {
  /** By id; a place without a name has null. */
  readonly names: ReadonlyMap<string, string | null>;
  /** What became of the transaction that set a text. */
  readonly standings: ReadonlyMap<string, Standing>;
}

export function expectedPlaces({ commits, forked }: Counted, rights: Rights): ExpectedPlaces {
  const places = new Map<string, Place>();
  const standings = new Map<string, Standing>();
  for (const commit of commits) {
    for (const [position, transaction] of commit.transactions.entries()) {
      const right = rights.standing(transaction, commit);
      const standing = right === 'allowed' && forked.has(commit) ? 'masked later' : right;
      for (const text of textsOf(transaction)) standings.set(text, standing);
      if (standing === 'allowed') write(places, transaction, { ...commit, position });
    }
  }
  const names = new Map<string, string | null>();
  for (const [id, { created, deleted, name }] of places) {
    if (created === undefined || (deleted && isLater(deleted, created))) continue;
    const isShown = name !== undefined && !(deleted && isLater(deleted, name.stamp));
    names.set(id, isShown ? name.text : null);
  }
  return { names, standings };
}

function write(places: Map<string, Place>, { deltas }: Transaction, stamp: Stamp): void {
  for (const { subject, delta } of deltas) {
    if (subject.element !== 'node') continue;
    const place = places.get(subject.id) ?? {};
    places.set(subject.id, place);
    const { operation } = delta;
    if (operation === 'createNodeByKey') place.created = later(place.created, stamp);
    else if (operation === 'delete') place.deleted = later(place.deleted, stamp);
    else if (operation === 'set' && delta.path === 'name') {
      // Of two sets of one transaction the later stands.
      const isOlder = place.name !== undefined && isLater(place.name.stamp, stamp);
      if (!isOlder) place.name = { stamp, text: String(delta.value) };
    }
  }
}

function* textsOf({ deltas }: Transaction): Generator<string> {
  for (const { delta } of deltas) {
    if (delta.operation === 'set' && delta.path === 'name') yield String(delta.value);
  }
}

function later(one: Stamp | undefined, other: Stamp): Stamp {
  return one !== undefined && isLater(one, other) ? one : other;
}

function isLater(one: Stamp, other: Stamp): boolean {
  if (one.clock !== other.clock) return one.clock > other.clock;
  if (one.author !== other.author) return one.author > other.author;
  if (one.hash !== other.hash) return one.hash > other.hash;
  return one.position > other.position;
}
