/**
 * Updates of Yjs documents (https://docs.yjs.dev, the first version of their form) and the text
 * that they come to. They may come in any order, and several times; one that needs others waits.
 */

import { applyUpdate, Doc, decodeUpdate, mergeUpdates } from 'yjs';

/** `mergeUpdates` takes the square of their number. */
const MERGED_AT_ONCE = 32;

/** Whether bytes have the form of an update; in time that is linear in their length. */
export function isUpdate(bytes: Uint8Array): boolean {
  try {
    decodeUpdate(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * The text of the root type of that name, with all updates. What is none, which another replica may
 * have written, is passed over. Updates that are made for it can take very long.
 */
export function textOfUpdates(updates: readonly Uint8Array[], root: string): string {
  const document = new Doc();
  document.transact(() => {
    for (const update of updates) if (isUpdate(update)) applyAsFarAsItGoes(document, update);
  });
  const text = document.getText(root).toString();
  document.destroy();
  return text.toWellFormed();
}

/** What has the form of an update may still say what no document comes to. */
function applyAsFarAsItGoes(document: Doc, update: Uint8Array): void {
  try {
    applyUpdate(document, update);
  } catch {
    // What comes after it stands on its own.
  }
}

/** One update that says what all of them do; there is at least one. */
export function mergedUpdate(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let from = 0; from < level.length; from += MERGED_AT_ONCE) {
      next.push(mergeUpdates(level.slice(from, from + MERGED_AT_ONCE)));
    }
    level = next;
  }
  const [merged] = level;
  if (merged === undefined) throw new Error('assertion failed: what is merged is not nothing');
  return merged;
}
