/**
 * What a new replica may begin with in the place of the commits that the newest seal covers
 * (schema/base.md): the outline of these, and the state right after the seal. It is made from the
 * log beside the space, in an engine of its own. Outline and state hash are the same on every
 * replica that holds the seal; the bytes of the state are in the order of this one's rows.
 */

import { assert } from '../../base/assert.ts';
import { compareBytes, fromHex } from '../../base/bytes.ts';
import { LOG_READ_BYTES } from '../../base/limits.ts';
import { Sha256 } from '../../crypto/hash.ts';
import { sealedState } from '../../engine/sealed-state.ts';
import { EntryKind } from '../../log/log.ts';
import { LogPrefix } from '../../log/log-prefix.ts';
import { LogTree } from '../../log/log-tree.ts';
import { type OutlineEntry, outlineParts } from '../../log/outline.ts';
import type { ReadableLog } from '../../log/read-log.ts';
import type { SealedCheckpoint } from '../../log/sealed-checkpoint.ts';
import { type PlacedRecord, readRecords } from '../placed-records.ts';
import { type Replayed, type ReplayedParts, replayed } from '../rebuild.ts';
import { SealedOrder } from './sealed-order.ts';
import { withLength } from './state-chunks.ts';

/** Entries of the log that are looked at before others of the process run. */
const TURN_ENTRIES = 4_096;
const HASH_BYTES = 32;

export interface MakeBaseParts
  extends Pick<
    ReplayedParts,
    'directory' | 'held' | 'clock' | 'random' | 'turn' | 'memoryBytesMax'
  > {
  readonly log: ReadableLog;
  /** Takes the bytes of the outline, then those of the state. */
  readonly write: (bytes: Uint8Array) => unknown;
}

/** What its checkpoint says, and how long its parts are. */
export interface MadeBase extends Omit<SealedCheckpoint, 'author'> {
  readonly outlineBytes: number;
  readonly stateBytes: number;
  /** SHA-256 of all bytes that were written. */
  readonly digest: Uint8Array;
}

/**
 * As of the newest seal of a log; undefined where it has none, or lacks commits. A log that itself
 * began with a base is gone through from its first entry: what another replica has signed is not
 * signed again unseen.
 */
export async function makeBase(parts: MakeBaseParts): Promise<MadeBase | undefined> {
  const { turn = async () => undefined } = parts;
  const digest = new Sha256();
  const write = async (bytes: Uint8Array) => {
    digest.update(bytes);
    await parts.write(bytes);
  };
  if (parts.log.first > 1) return undefined;
  const all = await readRecords(parts.log, turn);
  const last = all.findLastIndex(({ record }) => record.body.kind === 'seal');
  const seal = all[last];
  if (seal === undefined) return undefined;
  const log = new LogPrefix(parts.log, seal.position);
  const isBased = log.outline !== undefined;
  const from = isBased ? { directory: undefined, held: undefined } : {};
  const made = await replayed({ ...parts, ...from, log, isVerified: true });
  const outline = await writeOutline({ log, records: all.slice(0, last + 1), made, write, turn });
  let stateBytes = 0;
  for (const chunk of sealedState(made.engine, outline.numbers)) {
    const bytes = withLength(chunk);
    await write(bytes);
    stateBytes += bytes.length;
    await turn();
  }
  const { space } = made.ahead;
  const state = fromHex(made.engine.stateHash(false));
  const { size, root, hash, bytes } = outline;
  const lengths = { outlineBytes: bytes, stateBytes };
  return { space, size, root, outline: hash, state, ...lengths, digest: digest.digest() };
}

interface OutlineParts {
  /** Up to the seal. */
  readonly log: LogPrefix;
  readonly records: readonly PlacedRecord[];
  readonly made: Replayed;
  readonly write: MakeBaseParts['write'];
  readonly turn: () => Promise<unknown>;
}

interface WrittenOutline {
  readonly size: number;
  readonly root: Uint8Array;
  readonly hash: Uint8Array;
  readonly bytes: number;
  /** Of each commit as the engine numbers them, its number in the outline. */
  readonly numbers: Uint32Array;
}

async function writeOutline(parts: OutlineParts): Promise<WrittenOutline> {
  const { records, made, write, turn } = parts;
  const order = await orderOf(parts);
  const size = records.length + order.count;
  const hashes = new Uint8Array(size * HASH_BYTES);
  const numbers = new Uint32Array(order.count);
  let [position, number] = [0, 0];
  const noted = function* (): Generator<OutlineEntry> {
    for (const entry of entriesOf(records, order)) {
      hashes.set(entry.hash, position * HASH_BYTES);
      position += 1;
      if (entry.kind === EntryKind.COMMIT) {
        const ordinal = made.engine.ordinalOf(entry.hash);
        assert(ordinal !== undefined, 'what is sealed was applied');
        number += 1;
        numbers[ordinal - 1] = number;
      }
      yield entry;
    }
  };
  const authors = order.authors.toSorted(compareBytes);
  const hash = new Sha256();
  let bytes = 0;
  for (const part of outlineParts({ authors, length: size, entries: noted() })) {
    hash.update(part);
    bytes += part.length;
    await write(part);
    await turn();
  }
  const tree = new LogTree((at) => hashes.subarray((at - 1) * HASH_BYTES, at * HASH_BYTES));
  tree.grow(size);
  return { size, root: tree.root(), hash: hash.digest(), bytes, numbers };
}

/** The commits that count. */
async function orderOf({ log, records, made, turn }: OutlineParts): Promise<SealedOrder> {
  const order = new SealedOrder(log.length - records.length);
  for (const { kind, position, bytes } of log.entries(1, new Uint8Array(LOG_READ_BYTES))) {
    if (position % TURN_ENTRIES === 0) await turn();
    if (kind !== EntryKind.COMMIT || made.givenUp.has(position)) continue;
    order.add(bytes, made.ahead);
  }
  return order;
}

/** Records up to a seal come before the commits that it covers, these before it. */
function* entriesOf(records: readonly PlacedRecord[], order: SealedOrder): Generator<OutlineEntry> {
  const commits = order.commits();
  let next = commits.next();
  for (const { record } of records) {
    const { body, hash, bytes } = record;
    if (body.kind === 'seal') {
      for (; next.done !== true && next.value.behind < body.height; next = commits.next()) {
        yield next.value;
      }
    }
    yield { kind: EntryKind.AUTHORITY, hash, bytes };
  }
  assert(next.done === true, 'a commit that counts is covered by the seal');
}
