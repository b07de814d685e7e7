/** Smaller sets than one in which two rules meet, that still have as many commits. */

import type { ItemRef, KeptCommit, KeptDelta, KeptSet, PlaceRef, Ref, RunRef } from './kept-set.ts';

/** Takes away, one by one, what `isIt` does not need. */
export function smallerSet(set: KeptSet, isIt: (set: KeptSet) => boolean): KeptSet {
  let smallest = set;
  for (;;) {
    const smaller = smallerSets(smallest).find(isIt);
    if (smaller === undefined) return smallest;
    smallest = smaller;
  }
}

function smallerSets({ name, commits }: KeptSet): KeptSet[] {
  const sets: KeptCommit[][] = [];
  const change = (place: number, changed: Partial<KeptCommit>) =>
    sets.push(commits.map((commit, at) => (at === place ? { ...commit, ...changed } : commit)));
  for (const [place, commit] of commits.entries()) {
    const { transactions, seen, isMasked } = commit;
    const count = transactions.flat().length;
    for (const [position, deltas] of transactions.entries()) {
      if (deltas.length === 1 && count > 1) sets.push(withoutTransaction(commits, place, position));
      if (deltas.length === 1) continue;
      for (const index of deltas.keys()) {
        const fewer = transactions.map((each, at) =>
          at === position ? each.toSpliced(index, 1) : each,
        );
        change(place, { transactions: fewer });
      }
    }
    if (isMasked) change(place, { isMasked: false });
    for (const other of seen.filter((each) => canUnsee(commits, place, each))) {
      change(place, { seen: seen.filter((each) => each !== other) });
    }
  }
  const seals = new Set(commits.map((commit) => commit.seals));
  for (const seal of seals) {
    if (seal === 0) continue;
    const fewer = (commit: KeptCommit) => ({ ...commit, seals: commit.seals - 1 });
    sets.push(commits.map((commit) => (commit.seals >= seal ? fewer(commit) : commit)));
  }
  return sets.map((smaller) => ({ name, commits: smaller }));
}

/** Whether nothing says that a commit comes after another one. */
function canUnsee(commits: readonly KeptCommit[], place: number, other: number): boolean {
  const [later, earlier] = [commits[place], commits[other]];
  if (later === undefined || earlier === undefined) return false;
  if (later.author === earlier.author || later.seals !== earlier.seals) return false;
  if (later.seen.some((each) => commits[each]?.seen.includes(other))) return false;
  const names = later.transactions.flat().flatMap(refsOf);
  return !names.some(([commit]) => commit === other);
}

/** What names a later transaction of the commit names the one that has its position. */
function withoutTransaction(
  commits: readonly KeptCommit[],
  place: number,
  position: number,
): KeptCommit[] {
  const shifted = (commit: number, at: number) => (commit === place && at > position ? at - 1 : at);
  return commits.map((commit, at) => {
    const kept = at === place ? commit.transactions.toSpliced(position, 1) : commit.transactions;
    const transactions = kept.map((deltas) => deltas.map((delta) => renamed(delta, shifted)));
    return { ...commit, transactions };
  });
}

type Shift = (commit: number, position: number) => number;

function renamed(delta: KeptDelta, shift: Shift): KeptDelta {
  const item = ([commit, position, number]: ItemRef): ItemRef => {
    return [commit, shift(commit, position), number];
  };
  const at = (place: PlaceRef): PlaceRef => {
    return place === null ? null : [place[0], ...item([place[1], place[2], place[3]])];
  };
  switch (delta[0]) {
    case 'increment': {
      const [operation, subject, path, amount, ref] = delta;
      return [operation, subject, path, amount, ref && [ref[0], shift(...ref)]];
    }
    case 'remove': {
      const [operation, subject, path, value, ...refs] = delta;
      const names = refs.map((ref): Ref => [ref[0], shift(...ref)]);
      return [operation, subject, path, value, ...names];
    }
    case 'insert': {
      const [operation, subject, path, number, place, ...values] = delta;
      return [operation, subject, path, number, at(place), ...values];
    }
    case 'removeItems': {
      const [operation, subject, path, ...runs] = delta;
      const names = runs.map((run): RunRef => [...item([run[0], run[1], run[2]]), run[3]]);
      return [operation, subject, path, ...names];
    }
    case 'move': {
      const [operation, subject, path, number, of, place] = delta;
      return [operation, subject, path, number, item(of), at(place)];
    }
    default:
      return delta;
  }
}

function refsOf(delta: KeptDelta): Ref[] {
  const refs: Ref[] = [];
  renamed(delta, (commit, position) => {
    refs.push([commit, position]);
    return position;
  });
  return refs;
}
