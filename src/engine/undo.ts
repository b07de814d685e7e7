/**
 * The last group that an engine applied, gone over from its last transaction back to its first:
 * the engine undoes one after the other in place, and does all again at the end
 * (assembly/delta/undo.ts).
 */

import type { Engine } from './engine.ts';

/** Is given the row of a transaction, and asks nothing but `EngineView.valuesThen`. */
export type Look = (transaction: number) => void;

/** Whether it is known what the last group replaced: it was asked for, and there was room. */
export function isUndoKept({ exports }: Engine): boolean {
  return exports.hasUndo() === 1;
}

/** Looks at the graph as it was after each transaction that did something, and before it. */
export function walkBack({ exports }: Engine, look: { after: Look; before: Look }): void {
  try {
    for (;;) {
      const transaction = exports.transactionToUndo() >>> 0;
      if (transaction === 0) return;
      look.after(transaction);
      exports.undoTransaction();
      look.before(transaction);
    }
  } finally {
    exports.redoAll();
  }
}

/** What the last group replaced is not asked for any more. */
export function dropUndo({ exports }: Engine): void {
  exports.dropUndo();
}
