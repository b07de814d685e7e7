/** Settings in which every fault strikes, drawn from a seed. */

import { Seeded } from '../../src/base/seeded.ts';
import { CALM, type Settings } from '../../src/simulation/settings.ts';

export function harsh(seed: number): Settings {
  const random = new Seeded(seed);
  return {
    ...CALM,
    seed,
    nodes: 4,
    byzantine: 1,
    latency: random.pick([
      [1, 20],
      [1, 80],
      [30, 200],
    ] as const),
    loss: random.pick([0, 0.01, 0.05]),
    duplication: random.pick([0, 0.02, 0.1]),
    partitions: random.between(1, 4),
    crashes: random.between(2, 6),
    driftMillionths: 500,
    // Some clocks are further ahead than what others take at once.
    offsetMilliseconds: random.pick([100, 2_000, 45_000]),
    milliseconds: 12_000,
    writes: 25,
    seals: random.between(1, 4),
    late: random.chance(0.5),
  };
}
