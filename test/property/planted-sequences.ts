/** The engine with a mistake in how it merges sequences, which random sets must find out. */

import type { PlantedMistake } from './planted-source.ts';

const MERGE = 'assembly/delta/merge-sequences.ts';
const PLACES = 'assembly/graph/places.ts';
const SEQUENCES = 'assembly/graph/sequences.ts';
const ITEMS = 'assembly/graph/sequence-items.ts';

export const SEQUENCE_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'where the last of the places on the right comes first',
    file: PLACES,
    from: 'if (isPlaceLater(at, writer, number)) return begin != 0 ? begin : at;',
    to: 'if (!isPlaceLater(at, writer, number)) return begin != 0 ? begin : at;',
  },
  {
    name: 'where a place right of another comes between a child and what is left of that',
    file: PLACES,
    from: 'if (isPlaceLater(at, writer, number)) return begin != 0 ? begin : at;',
    to: 'if (isPlaceLater(at, writer, number)) return at;',
  },
  {
    name: 'where places on the left come in the order of arrival',
    file: PLACES,
    from: 'if (found == 0 && isPlaceLater(at, writer, number)) found = begin;',
    to: '',
  },
  {
    name: 'where what is left of the next place is taken for a child',
    file: PLACES,
    from: 'if (own <= depth) return begin != 0 ? begin : at;',
    to: 'if (own <= depth) return at;',
  },
  {
    name: 'where all appends come behind all',
    file: SEQUENCES,
    from: 'return isLater(writer, root);',
    to: 'return true;',
  },
  {
    name: 'where a number that is taken is given again',
    file: SEQUENCES,
    from: 'placeNumber(at) - first < count) return true;',
    to: 'placeNumber(at) - first < 0) return true;',
  },
  {
    name: 'where an item counts however late it comes',
    file: MERGE,
    from: '!isMasked && (set == 0 || !isLater(set, transaction));',
    to: '!isMasked;',
  },
  {
    name: 'where a set leaves older items',
    file: 'assembly/delta/merge-collections.ts',
    from: 'dropOlderItems(sequence, transaction);',
    to: '',
  },
  {
    name: 'where a removal takes one item of a run',
    file: ITEMS,
    from: '<u16>(first + count - 1), 6',
    to: '<u16>first, 6',
  },
  {
    name: 'where a move counts however old it is',
    file: MERGE,
    from: 'held != 0 && !isPlaceLater(held, transaction, number);',
    to: 'held != 0;',
  },
  {
    name: 'where the stamp of a path is not that of inserts',
    file: MERGE,
    from: '    raise(Cell.at(findCell(element.cells, path)), transaction);\n',
    to: '',
  },
  {
    name: 'where a seal leaves a moved item the name of its place',
    file: ITEMS,
    from: 'const number = itemNumber(place);\n  const value',
    to: 'const number = <u32>load<u16>(place, PLACE_NUMBER);\n  const value',
  },
  {
    name: 'where a seal does not rename the writers of items',
    file: 'assembly/graph/sealed-writers.ts',
    from: 'sequence.end; at = nextPlace(at)) {\n    store<u32>(at, newNumber',
    to: 'sequence.places; at = nextPlace(at)) {\n    store<u32>(at, newNumber',
  },
];
