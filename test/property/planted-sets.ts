/** The engine with a mistake in how it merges sets of values, which random ones must find out. */

import { emptyTally, runMergeSet } from './merge-set.ts';
import { findMistake, type PlantedMistake } from './planted-source.ts';

const MERGE = 'assembly/delta/merge.ts';
const COLLECTIONS = 'assembly/delta/merge-collections.ts';
const PIECES = 'assembly/graph/set-pieces.ts';

export const SET_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'where an add counts however late it comes',
    file: COLLECTIONS,
    from: 'if (set != 0 && isLater(set, transaction)) return;',
    to: '',
  },
  {
    name: 'where a set leaves older adds',
    file: COLLECTIONS,
    from: 'dropOlder(collection, transaction);',
    to: '',
  },
  {
    name: 'where a removal takes adds that it does not name',
    file: PIECES,
    from: 'if (load<u32>(NAMED_ADDS + (index << 2)) == writer) return true;',
    to: 'if (writer != 0) return true;',
  },
  {
    name: 'where the stamp of a path stays that of its first add',
    file: COLLECTIONS,
    from: 'if (cell.writer != 0 && !isLater(transaction, cell.writer)) return;',
    to: 'if (cell.writer != 0) return;',
  },
  {
    name: 'where a set above or below does not show adds anew',
    file: MERGE,
    from: '  row.writer = transaction;\n  if (hasCollections) showAround(subject, path);',
    to: '  row.writer = transaction;',
  },
  {
    name: 'where a delete does not show adds anew',
    file: MERGE,
    from: 'if (isCollected(element)) showAll(subject);',
    to: '',
  },
  {
    name: 'where a seal does not rename the writers of adds',
    file: 'assembly/graph/sealed-writers.ts',
    from: 'store<u32>(at, newNumber(bits, numbers, load<u32>(at)));',
    to: '',
  },
];

/** What counts for a sequence: nothing but what differs. */
export class SetTally {}

/** Commits of a random graph that is large. */
export const GRAPH_COMMITS = 200;

export function runSet(seed: number, _tally: SetTally): Promise<string | undefined> {
  return runMergeSet({ seed, tally: emptyTally() });
}

export function runGraph(seed: number, _tally: SetTally): Promise<string | undefined> {
  return runMergeSet({ seed, tally: emptyTally(), size: GRAPH_COMMITS });
}

/** Of those above. */
export type SetRun = typeof runSet;

export function findInSets(
  mistake: PlantedMistake,
  { run = runSet, ...range }: { readonly seed: number; readonly sequences: number; run?: SetRun },
): Promise<string | undefined> {
  const search = { file: 'planted-sets.ts', run: run.name, tally: 'SetTally' };
  return findMistake(mistake, { ...search, ...range });
}
