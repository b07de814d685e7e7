/**
 * Cursors of changes: base64url of a place in the log of this replica, opaque to callers.
 *
 *     14                              behind entry 14
 *     14.0.<name>                     behind an element of the first transaction of entry 14
 *     14.authority.<id>.SHOWN         at what entry 14, a record, shows or hides
 *     14.authority..PERMISSIONS_CHANGED   behind what all records up to entry 14 do
 *
 * Which elements a transaction changes beside those that are told, no place tells: none is counted.
 */

import { CURSOR_LENGTH_MAX, LOG_POSITION_MAX } from '../base/limits.ts';
import type { SincePoint } from '../space/space.ts';
import { invalidInput } from './errors.ts';
import { SightEvent } from './sight-changes.ts';

const PLACE = /^(\d{1,10})(?:\.(?:(\d{1,5})\.(.+)|authority\.\w*\.(\w+)))?$/s;
const RECORD_EVENTS: ReadonlySet<string | undefined> = new Set(Object.values(SightEvent));

/** Where a subscriber was: what lies behind the point is told, without what lies before `name`. */
export interface Since {
  readonly point: SincePoint;
  /** Of an element of the transaction that the point is before. */
  readonly name: string | undefined;
}

export function changeCursor(place: string): string {
  const bytes = new TextEncoder().encode(place);
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

export function entryPlace(position: number): string {
  return `${position}`;
}

export function recordPlace(position: number, event: string, id = ''): string {
  return `${position}.authority.${id}.${event}`;
}

/** Throws INVALID_INPUT for what is no cursor of a change. */
export function readCursor(cursor: string): Since {
  const [, digits = '', index, name, event] = PLACE.exec(placeOf(cursor)) ?? [];
  const position = Number(digits);
  const isOne = digits !== '' && position <= LOG_POSITION_MAX;
  if (!isOne || (event !== undefined && !RECORD_EVENTS.has(event))) throw badCursor();
  if (index !== undefined) return { point: { position, index: Number(index) }, name };
  // Of what a record shows and hides, some may not have been told yet.
  const isPart = event !== undefined && event !== SightEvent.PERMISSIONS_CHANGED;
  return { point: { position: isPart ? position - 1 : position }, name: undefined };
}

function placeOf(cursor: string): string {
  if (cursor.length > CURSOR_LENGTH_MAX) throw badCursor();
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: 'base64url' });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    // Base64 and UTF-8 report what they cannot read with one of these two.
    if (error instanceof SyntaxError || error instanceof TypeError) throw badCursor();
    throw error;
  }
}

function badCursor() {
  return invalidInput('since expected a cursor that this API gave, got another text');
}
