/** Who wrote, as one text of the engine's answer and of the reference's. */

import { VALUE_COUNTER } from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { StoredCell, Writer } from '../../src/engine/writer.ts';
import type { Stamp } from '../reference/reference-stamp.ts';

/** A counter holds no set. */
export function storedText(cell: StoredCell | undefined): string {
  return cell === undefined || cell.kind === VALUE_COUNTER ? 'none' : writerText(cell.writer);
}

export function writerText(writer: Writer | undefined): string {
  return writer === undefined ? 'none' : `${toHex(writer.commit)}:${writer.position}`;
}

export function stampText(stamp: Stamp | undefined): string {
  return stamp === undefined ? 'none' : `${stamp.commit}:${stamp.position}`;
}
