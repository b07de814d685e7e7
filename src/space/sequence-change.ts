/** A change of a sequence, by positions from 0 of the list that shows. */

import type { ListItem } from '../delta/value.ts';

export type SequenceChange =
  /** Behind all others. */
  | { readonly operation: 'append'; readonly values: readonly ListItem[] }
  | { readonly operation: 'insert'; readonly at: number; readonly values: readonly ListItem[] }
  | { readonly operation: 'remove'; readonly at: number; readonly count: number }
  /** So many from the end, or all where there are fewer. */
  | { readonly operation: 'pop'; readonly count: number }
  /** Of updates of a Yjs document: all that show become one that says the same. */
  | { readonly operation: 'merge' }
  /** To the position that it has afterwards. */
  | { readonly operation: 'move'; readonly from: number; readonly to: number };
