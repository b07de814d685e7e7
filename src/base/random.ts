import { getRandomValues } from 'node:crypto';

/** Randomness as an argument: a server passes the system's, a simulator a seeded one. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  bytes: (count) => getRandomValues(new Uint8Array(count)),
};
