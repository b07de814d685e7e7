import { expect } from 'vitest';
import { canProve, testWhere } from '../fixture/required.ts';
import { canMakeNetworks } from '../network/network-link.ts';
import { runPartition } from '../network/partition.ts';
import { folderWith } from './run-command.ts';

const SEED = 20_261_128;
/** Longer than a replica may be silent. */
const SECONDS = 6;

const cut = testWhere(canProve('a network that is cut (namespaces, TUN)', canMakeNetworks));

cut(
  '[Q20] [Q29] two servers that were cut from one another come to hold the same',
  async () => {
    const outcome = await runPartition({
      folder: await folderWith({}),
      seed: SEED,
      delayMilliseconds: 20,
      loss: 0.01,
      seconds: SECONDS,
      operations: 2_000,
    });
    expect(outcome.wasApart).toBe(true);
    expect(outcome.behind).toBeGreaterThan(4);
    // The time that is promised is measured by `npm run soak -- partition`.
    expect(outcome.milliseconds).toBeLessThan(10_000);
  },
  60_000,
);
