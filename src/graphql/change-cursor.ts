/**
 * Cursors of changes: base64url of the log that they are of and a place in it, opaque to callers.
 * A log is named by the key of its author, of which there is another one where it is a copy, or
 * has lost what it had (schema/identity.md, Y7).
 *
 *     8 hex digits of the key.place
 *
 *     14                              behind entry 14
 *     14.0.<name>                     behind an element of the first transaction of entry 14
 *     14.authority.<id>.SHOWN         at what entry 14, a record, shows or hides
 *     14.authority..PERMISSIONS_CHANGED   behind what all records up to entry 14 do
 *
 * Which elements a transaction changes beside those that are told, no place tells: none is counted.
 */

import { toHex } from '../base/bytes.ts';
import { CURSOR_LENGTH_MAX, LOG_POSITION_MAX } from '../base/limits.ts';
import type { SincePoint, Space } from '../space/space.ts';
import { invalidInput } from './errors.ts';
import { SightEvent } from './sight-changes.ts';

const LOG_NAME_BYTES = 4;
const CURSOR = /^([0-9a-f]{8})\.(.+)$/s;
const PLACE = /^(\d{1,10})(?:\.(?:(\d{1,5})\.(.+)|authority\.\w*\.(\w+)))?$/s;
const RECORD_EVENTS: ReadonlySet<string | undefined> = new Set(Object.values(SightEvent));

/** Where a subscriber was: what lies behind the point is told, without what lies before `name`. */
export interface Since {
  readonly point: SincePoint;
  /** Of an element of the transaction that the point is before. */
  readonly name: string | undefined;
}

/** What is in none: behind it all is gone. */
const OTHER_LOG: Since = { point: { position: -1 }, name: undefined };

export function cursorOf(space: Pick<Space, 'author'>, place: string): string {
  const bytes = new TextEncoder().encode(`${logName(space)}.${place}`);
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** Throws INVALID_INPUT for what is no cursor of a change. */
export function readCursor(space: Pick<Space, 'author'>, cursor: string): Since {
  const [, log, place = ''] = CURSOR.exec(textOf(cursor)) ?? [];
  const since = readPlace(place);
  return log === logName(space) ? since : OTHER_LOG;
}

function logName({ author }: Pick<Space, 'author'>): string {
  return toHex(author.subarray(0, LOG_NAME_BYTES));
}

export function entryPlace(position: number): string {
  return `${position}`;
}

export function recordPlace(position: number, event: string, id = ''): string {
  return `${position}.authority.${id}.${event}`;
}

export function readPlace(place: string): Since {
  const [, digits = '', index, name, event] = PLACE.exec(place) ?? [];
  const position = Number(digits);
  const isOne = digits !== '' && position <= LOG_POSITION_MAX;
  if (!isOne || (event !== undefined && !RECORD_EVENTS.has(event))) throw badCursor();
  if (index !== undefined) return { point: { position, index: Number(index) }, name };
  // Of what a record shows and hides, some may not have been told yet.
  const isPart = event !== undefined && event !== SightEvent.PERMISSIONS_CHANGED;
  return { point: { position: isPart ? position - 1 : position }, name: undefined };
}

function textOf(cursor: string): string {
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
