/** Little-endian numbers read from bytes in place, without a view over them. */

/** Two bytes at `at`, which the caller knows to be there. */
export function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** Four bytes at `at`, which the caller knows to be there. */
export function u32At(bytes: Uint8Array, at: number): number {
  return (u16At(bytes, at) | (u16At(bytes, at + 2) << 16)) >>> 0;
}
