/**
 * Where an instance works while it checks and hashes. The instance that writes has a part of the
 * header page; those of other threads, which share its memory, have scratch of their own.
 *
 *         0  what prepare counts, and the first failure (delta/group.ts)
 *       128  a SHA-256 state and block (merkle/sha256.ts)
 *       640  four SHA-256 lanes (merkle/sha256-lanes.ts), then a block for each
 *     1,408  ids that wait for their hash (delta/identity.ts)
 */

/** Given by the host when it makes the instance: a global that never changes. */
declare const address: usize;

export function counters(): usize {
  return address;
}

export function shaState(): usize {
  return address + 128;
}

export function shaLanes(): usize {
  return address + 640;
}

export function idQueue(): usize {
  return address + 1408;
}
