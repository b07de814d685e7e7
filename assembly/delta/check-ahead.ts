/**
 * A check that a thread makes of a commit's payload, where it stands in the shared memory, before
 * the writing instance prepares it: what the bytes alone decide is found out here, the ids of new
 * nodes included, and prepare has only to ask what the graph knows.
 *
 *     check   0  dictionary 32 B   32  counts   then the table of the dictionary, then ids
 */

import {
  CHECK_BYTES,
  PAYLOAD_BYTES_MAX,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
} from '../abi.ts';
import { isInMemory } from '../memory/bytes.ts';
import { checkTransactions } from './check-transactions.ts';
import { DICTIONARY_BYTES, Dictionary, readDictionary } from './dictionary.ts';
import { Group } from './group.ts';

/** The counts of a group that has this one commit. */
@unmanaged
class Counts {
  transactions: u32;
  nodes: u32;
  edges: u32;
  cells: u32;
  changes: u32;
  symbols: u32;
  adds: u32;
  reserved: u32;
  arenaBytes: u64;

  @inline static of(check: usize): Counts {
    return changetype<Counts>(check + DICTIONARY_BYTES);
  }
}

if (DICTIONARY_BYTES + offsetof<Counts>() > CHECK_BYTES) ERROR('the counts must fit a check');
if (CHECK_BYTES % 16 != 0) ERROR('what follows a check must be aligned');

/**
 * Checks a payload that `author` (32 bytes) wrote, and leaves the check at `target`, in `room`
 * bytes, aligned to 16. A status: after any other than STATUS_OK there is no check.
 */
export function checkPayload(
  payload: usize,
  bytes: u32,
  author: usize,
  target: usize,
  room: u32,
): u32 {
  if (!isInMemory(payload, bytes) || !isInMemory(target, room)) return STATUS_TRUNCATED;
  if (bytes > PAYLOAD_BYTES_MAX || room < CHECK_BYTES) return STATUS_TOO_LONG;
  const group = Group.get();
  memory.fill(changetype<usize>(group), 0, offsetof<Group>());
  group.scratch = <u32>target + CHECK_BYTES;
  group.scratchEnd = <u32>target + room;
  const dictionary = changetype<Dictionary>(target);
  dictionary.payload = <u32>payload;
  dictionary.payloadEnd = <u32>payload + bytes;
  let status = readDictionary(dictionary);
  if (status == STATUS_OK) status = checkTransactions(dictionary, author);
  if (status != STATUS_OK) return status;
  const counts = Counts.of(target);
  counts.transactions = group.transactions;
  counts.nodes = group.nodes;
  counts.edges = group.edges;
  counts.cells = group.cells;
  counts.changes = group.changes;
  counts.symbols = group.symbols;
  counts.adds = group.adds;
  counts.arenaBytes = group.arenaBytes;
  return STATUS_OK;
}

/** Whether a check is of the payload that stands at a place. */
export function isCheckOf(check: usize, payload: u32, bytes: u32): bool {
  const dictionary = changetype<Dictionary>(check);
  return dictionary.payload == payload && dictionary.payloadEnd == payload + bytes;
}

/** Takes over what a check says of a commit of the group. */
export function takeCheck(group: Group, dictionary: Dictionary, check: usize): void {
  memory.copy(changetype<usize>(dictionary), check, DICTIONARY_BYTES);
  const counts = Counts.of(check);
  group.transactions += counts.transactions;
  group.nodes += counts.nodes;
  group.edges += counts.edges;
  group.cells += counts.cells;
  group.changes += counts.changes;
  group.symbols += counts.symbols;
  group.adds += counts.adds;
  group.arenaBytes += counts.arenaBytes;
}
