/** Time as an argument: a server passes the system's, a simulator its own. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, whole. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
