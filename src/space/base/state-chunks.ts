/** Chunks of a state one behind the other, each with its length u32 before it (schema/base.md). */

import { putU32, u32At } from '../../base/little-endian.ts';

const LENGTH_BYTES = 4;

export function withLength(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES + chunk.length);
  putU32(bytes, 0, chunk.length);
  bytes.set(chunk, LENGTH_BYTES);
  return bytes;
}

/** Of a state as `withLength` made it; what comes from elsewhere is not read so. */
export function* chunksOf(state: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < state.length; ) {
    const end = at + LENGTH_BYTES + u32At(state, at);
    yield state.subarray(at + LENGTH_BYTES, end);
    at = end;
  }
}
