import { getRandomValues } from 'node:crypto';

/** Randomness as an argument: a server passes the system's, a simulator a seeded one. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

/**
 * What is no larger than an id comes from a stock: asked for by itself, it takes 2.5 µs instead of
 * 0.1, a tenth of the time of a small write. Nothing of the stock stays where it was taken.
 */
const STOCKED_BYTES_MAX = 16;
const STOCK_BYTES = 4_096;

let stock = new Uint8Array(0);
let taken = 0;

export const systemRandom: Random = {
  bytes: (count) =>
    count <= STOCKED_BYTES_MAX ? fromStock(count) : getRandomValues(new Uint8Array(count)),
};

function fromStock(count: number): Uint8Array {
  if (taken + count > stock.length) {
    stock = getRandomValues(new Uint8Array(STOCK_BYTES));
    taken = 0;
  }
  const end = taken + count;
  const bytes = stock.slice(taken, end);
  stock.fill(0, taken, end);
  taken = end;
  return bytes;
}
