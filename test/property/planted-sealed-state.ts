/** The engine with a mistake in the stream of a sealed state, which random ones must find out. */

import { findMistake, type PlantedMistake } from './planted-source.ts';

const CELLS = 'assembly/snapshot/stream-cells-in.ts';
const ELEMENTS = 'assembly/snapshot/stream-elements-in.ts';
const IN = 'assembly/snapshot/stream-in.ts';
const LOADER = 'assembly/snapshot/stream-loader.ts';
const OUT = 'assembly/snapshot/stream-out.ts';

/** Found where a state is sent as it is. */
export const STREAM_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'takes each commit for one that came in order',
    file: IN,
    from: '  noteClock(Commit.at(commit).clock, Pool.of(POOL_TRANSACTIONS).count);\n',
    to: '',
  },
  {
    name: 'passes by the clocks of commits without transactions',
    file: 'assembly/snapshot/stream-loader.ts',
    from: 'header().newestClock = max(header().newestClock, Commit.at(commit).clock);',
    to: '',
  },
  {
    name: 'forgets that a node has a natural key',
    file: ELEMENTS,
    from: '  row.typeAndFlags |= FLAG_KEYED;\n',
    to: '',
  },
  {
    name: 'sends an edge without its key',
    file: OUT,
    from: 'const isKeyed = (element.typeAndFlags & FLAG_KEYED) != 0;',
    to: 'const isKeyed = kind == ELEMENT_NODE && (element.typeAndFlags & FLAG_KEYED) != 0;',
  },
  {
    name: 'shows no set and no sequence',
    file: CELLS,
    from: '  if (Group.get().adds != 0) showCollections(element);\n',
    to: '',
  },
  {
    name: 'sends only what was created',
    file: OUT,
    from: '    if (isFree(kind, head.row)) continue;\n',
    to: '    if (isFree(kind, head.row) || Element.at(kind, head.row).created == 0) continue;\n',
  },
];

/** Found where a stream was altered. */
export const CHECK_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'takes any number for a writer',
    file: CELLS,
    from: 'if (writer >= least && writer < count) return true;',
    to: 'return true;',
  },
  {
    name: 'takes any number for an end of an edge',
    file: ELEMENTS,
    from: 'if (number != 0 && number <= loader.nodes) return true;',
    to: 'return true;',
  },
  {
    name: 'takes two cells at one path',
    file: LOADER,
    from: 'if (load<u32>(mark, STAMP) == element) return false;',
    to: '',
  },
  {
    name: 'takes any number for a name',
    file: LOADER,
    from: 'if (number != 0 && number <= this.names) {',
    to: '{',
  },
  {
    name: 'leaves natural keys out of the state hash',
    file: 'assembly/snapshot/walk.ts',
    from: '    if (mode == STATE) hashKey(row);\n',
    to: '',
  },
  {
    name: 'leaves nodes out of it of which a natural key alone is known',
    file: 'assembly/snapshot/walk.ts',
    from: '  if (kind == ELEMENT_NODE && (element.typeAndFlags & FLAG_KEYED) != 0) return true;\n',
    to: '',
  },
];

interface Range {
  readonly seed: number;
  readonly sequences: number;
}

/** What random states find; undefined when they find nothing. */
export function findInStream(mistake: PlantedMistake, range: Range): Promise<string | undefined> {
  const search = { file: 'sealed-state.ts', run: 'runSealedState', tally: 'SealedStateTally' };
  return findMistake(mistake, { ...search, ...range });
}

/** The same of streams that were altered. */
export function findInAltered(mistake: PlantedMistake, range: Range): Promise<string | undefined> {
  const file = 'sealed-state-hostile.ts';
  const search = { file, run: 'runHostileState', tally: 'HostileStateTally' };
  return findMistake(mistake, { ...search, ...range });
}
