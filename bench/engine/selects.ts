/**
 * Commits that only select nodes: what the index of ids does, with nothing around it but reading
 * the delta. A select of an unknown id inserts it, with an empty row.
 */

import * as abi from '../../assembly/abi.ts';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import type { CommitMaker } from './commit-maker.ts';
import type { SeededRandom } from './seeded-random.ts';

const SELECTS_PER_TRANSACTION = 16_384;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ACTOR = 'user:bench';

/** `ids` holds 16 bytes for each select. */
export function selectCommits(ids: Uint8Array, maker: CommitMaker): GroupCommit[] {
  const commits: GroupCommit[] = [];
  const step = SELECTS_PER_TRANSACTION * abi.ID_BYTES;
  for (let start = 0; start < ids.length; start += step) {
    const payload = payloadOf(ids.subarray(start, start + step), maker.random.bytes(16));
    commits.push(maker.commit(payload, 1));
  }
  return commits;
}

export function randomIds(count: number, random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: count * abi.ID_BYTES }, () =>
    BASE62.charCodeAt(random.below(BASE62.length)),
  );
}

/** The ids of randomly chosen nodes; `all` holds 16 bytes for each. */
export function chooseIds(
  all: Uint8Array,
  { count, random }: { readonly count: number; readonly random: SeededRandom },
): { readonly ids: Uint8Array; readonly numbers: Uint32Array } {
  const numbers = Uint32Array.from({ length: count }, () =>
    random.below(all.length / abi.ID_BYTES),
  );
  const words = new Uint32Array(all.buffer, all.byteOffset, all.length / 4);
  const chosen = new Uint32Array(count * 4);
  for (const [index, number] of numbers.entries()) {
    for (let word = 0; word < 4; word += 1) {
      chosen[index * 4 + word] = words[number * 4 + word] as number;
    }
  }
  return { ids: new Uint8Array(chosen.buffer), numbers };
}

function payloadOf(ids: Uint8Array, transaction: Uint8Array): Uint8Array {
  const count = ids.length / abi.ID_BYTES;
  const writer = new ByteWriter(ids.length + count + 64);
  writer.u32(4 + 2 + ACTOR.length);
  writer.u16(1);
  writer.u16(0);
  writer.u8(abi.SYMBOL_ACTOR);
  writer.u8(ACTOR.length);
  writer.ascii(ACTOR);
  writer.u32(21 + ids.length + count);
  writer.u8(abi.LEAF_PLAIN);
  writer.bytes(transaction);
  writer.u16(0);
  writer.u16(count);
  for (let index = 0; index < count; index += 1) {
    writer.u8(abi.OP_SELECT_NODE);
    writer.bytes(ids.subarray(index * abi.ID_BYTES, (index + 1) * abi.ID_BYTES));
  }
  return writer.written();
}
