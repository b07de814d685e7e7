/** What a field may be changed by that is a sequence, or one of updates of a Yjs document. */

import { TEXT_UPDATE_BYTES_MAX } from '../base/collection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { Collection, type ScalarField } from '../definition/definition.ts';
import type { ListItem } from '../delta/value.ts';
import { isUpdate } from '../text/yjs-updates.ts';
import { invalid } from './admission.ts';
import type { SequenceChange } from './sequence-change.ts';

/** Throws where a field has no such change; of updates each that is added must be one. */
export function expectChange(name: string, field: ScalarField, change: SequenceChange): void {
  const isMerge = change.operation === 'merge';
  if (field.collection === Collection.SEQUENCE) {
    if (isMerge) throw invalid(`${name} expected updates of Yjs to merge`, 'a sequence');
    return;
  }
  if (field.collection !== Collection.UPDATES) {
    throw invalid(`${name} expected a sequence`, 'another field');
  }
  if (change.operation === 'append') expectUpdates(name, change.values);
  else if (!isMerge) {
    throw invalid(`${name} expected that updates are added or merged alone`, change.operation);
  }
}

function expectUpdates(name: string, values: readonly ListItem[]): void {
  for (const value of values) {
    // Another kind is refused where the value is admitted.
    if (!(value instanceof Uint8Array)) continue;
    const { length } = value;
    if (length > TEXT_UPDATE_BYTES_MAX) {
      throw new DatabaseError(
        ErrorCode.LIMIT_EXCEEDED,
        `an update of ${name} expected at most ${TEXT_UPDATE_BYTES_MAX} bytes, got ${length}`,
        { facts: { limit: TEXT_UPDATE_BYTES_MAX, actual: length } },
      );
    }
    if (!isUpdate(value)) throw invalid(`${name} expected updates of Yjs`, `${length} other bytes`);
  }
}
