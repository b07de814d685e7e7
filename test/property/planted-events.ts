/** The change feed with a mistake, which subscribers that keep what they are told must find out. */

import { findMistake, type PlantedMistake } from './planted-source.ts';

const JOINED = 'src/graphql/joined-changes.ts';
const QUEUE = 'src/graphql/change-queue.ts';
const TOLD = 'src/graphql/told-changes.ts';

export const EVENT_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'a joined change tells what showed before the second',
    file: JOINED,
    from: 'before: first.images.before, after: second.images.after',
    to: 'before: second.images.before, after: second.images.after',
  },
  {
    name: 'a joined change forgets what was written in between',
    file: JOINED,
    from: '...between, ',
    to: '',
  },
  {
    name: 'a node that came and went is not told of',
    file: TOLD,
    from: 'coalesced > 1 ? Membership.LEFT : undefined',
    to: 'undefined',
  },
  {
    name: 'a joined change stands where its first did',
    file: QUEUE,
    from: 'this.#items.push(joined);',
    to: 'this.#items.unshift(joined);',
  },
  {
    name: 'a node that left by what is hidden now is not told of',
    file: TOLD,
    from: 'told === undefined ? gone(pending) :',
    to: 'told &&',
  },
  {
    name: 'what is hidden is told of before and after',
    file: 'src/graphql/seen-state.ts',
    from: 'isKey || mayRead(path)',
    to: 'isKey || path',
  },
  {
    name: 'what is seen is judged when it happens alone',
    file: TOLD,
    from: 'undefined : space.access.readRights(actor);\n  const told',
    to: 'undefined : undefined;\n  const told',
  },
];

export function findInEvents(
  mistake: PlantedMistake,
  range: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const search = { file: 'events-sequence.ts', run: 'runEvents', tally: 'EventsTally' };
  return findMistake(mistake, { ...search, ...range });
}
