/** The engine with a mistake in what it keeps for images, which random groups must find out. */

import { findMistake, type PlantedMistake } from './planted-source.ts';

const MERGE = 'assembly/delta/merge.ts';
const UNDO = 'assembly/delta/undo.ts';

export const IMAGE_MISTAKES: readonly PlantedMistake[] = [
  { name: 'where a blob is freed at once', file: MERGE, from: 'row.fill(', to: 'row.put(' },
  {
    name: 'where a create is not undone',
    file: MERGE,
    from: 'if (subject.undo != 0) noteExistence(subject, false, 0);',
    to: '',
  },
  {
    name: 'where a delete is not undone',
    file: MERGE,
    from: 'if (subject.undo != 0) noteExistence(subject, true, known);',
    to: '',
  },
  {
    name: 'where an increment is not undone',
    file: MERGE,
    from: 'if (subject.undo != 0 && !isNew) noteCell(subject, path, cell);',
    to: '',
  },
  {
    name: 'where an add is not undone',
    file: 'assembly/delta/merge-collections.ts',
    from: '    noteShown(subject, path, findCell(element.cells, path));\n  }\n',
    to: '  }\n',
  },
  {
    name: 'where what a delete hides of a set of values is not undone',
    file: 'assembly/delta/merge-collections.ts',
    from: '  noteShown(subject, path, changetype<usize>(cell));\n',
    to: '',
  },
  {
    name: 'where a copy of what a set of values showed is freed as a blob',
    file: UNDO,
    from: 'undo.value < images || undo.value >= imagesEnd',
    to: 'undo.value != 0',
  },
  {
    name: 'where replaced blobs are never freed',
    file: UNDO,
    from: 'freeBlob(<u32>undo.value);',
    to: '{}',
  },
  {
    name: 'where an edge shows without its ends',
    file: UNDO,
    from: 'return isNodeVisible(edge.from) && isNodeVisible(edge.to);',
    to: 'return true;',
  },
  {
    name: 'where a change of a sequence is not undone',
    file: 'assembly/delta/merge-sequences.ts',
    from: '  noteShown(subject, path, findCell(subject.element.cells, path));\n',
    to: '',
  },
];

export function findInImages(
  mistake: PlantedMistake,
  range: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const search = { file: 'images-sequence.ts', run: 'runImages', tally: 'ImagesTally' };
  return findMistake(mistake, { ...search, ...range });
}
