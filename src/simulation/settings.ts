/** What is simulated: all of it is drawn from the seed, within these bounds. */

export interface Settings {
  readonly seed: number;
  /** Replicas, the Byzantine ones included. */
  readonly nodes: number;
  /** Of them, members that break the rules; the first node never does. */
  readonly byzantine: number;
  /** Milliseconds that a packet takes at least and at most. */
  readonly latency: readonly [least: number, most: number];
  /** Of packets: how likely one is lost, and how likely it comes twice. */
  readonly loss: number;
  readonly duplication: number;
  /** How often a part of the nodes is cut off from the others, and how often one crashes. */
  readonly partitions: number;
  readonly crashes: number;
  /** How much faster or slower a clock goes, in millionths; and how wrong it is, in ms. */
  readonly driftMillionths: number;
  readonly offsetMilliseconds: number;
  /** Virtual milliseconds in which faults strike and all write. */
  readonly milliseconds: number;
  /** Transactions that each node begins meanwhile. */
  readonly writes: number;
  /** How often the owner seals meanwhile. */
  readonly seals: number;
  /** Whether the last honest node comes while faults strike, and begins with what is sealed. */
  readonly late: boolean;
}

/** No faults but a network that takes its time. */
export const CALM: Omit<Settings, 'seed'> = {
  nodes: 3,
  byzantine: 0,
  latency: [1, 40],
  loss: 0,
  duplication: 0,
  partitions: 0,
  crashes: 0,
  driftMillionths: 0,
  offsetMilliseconds: 0,
  milliseconds: 20_000,
  writes: 40,
  seals: 0,
  late: false,
};
