/** What an attack is: something that a process does to a server until it is told to stop. */

/** Where the server is, and what the attacker has: no credential, as most attackers. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly syncPort: number;
  /** Hex of the space's id, and of the seeds of keys of replicas that the server lets in. */
  readonly space: string;
  readonly replicaSeeds: readonly string[];
  /** Hex of the seed of a certified author, and of records of the authority chain. */
  readonly authorSeed: string;
  readonly authority: string;
  /** Certifies the author, too. */
  readonly authorityBeforeSeal: string;
  /** A key of a caller without rates of its own to fear, for what must get past them. */
  readonly apiKey: string;
}

/** How often each answer came: `200 OK`, `429 RATE_LIMITED`, `closed`. */
export type Tally = Map<string, number>;

export interface Attacking {
  readonly target: Target;
  readonly tally: Tally;
  readonly isOver: () => boolean;
}

export interface Attack {
  /** Answers that it may get; another one, or none of these at all, fails. */
  readonly expects: readonly (string | RegExp)[];
  /** Of these one comes in any case: the refusal that is its own. */
  readonly refusal: RegExp;
  readonly run: (attacking: Attacking) => Promise<void>;
  /** What is done once, beside the measurement: some few refusals that rates would hide. */
  readonly probe?: (attacking: Attacking) => Promise<void>;
  /** How long it takes until it is as it stays. */
  readonly leadMilliseconds?: number;
}

export function count(tally: Tally, outcome: string): void {
  tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
}
