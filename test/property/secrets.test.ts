/** What is hidden is in no byte of a subscriber's streams; `npm run soak -- secrets` runs more. */

import { expect, test } from 'vitest';
import { expectNoSecret, runSecretStream } from './secret-stream.ts';

test('a subscriber is sent no secret', async () => {
  const tally = await runSecretStream({ seed: 20_261_127, changes: 150 });
  expectNoSecret(tally);
  expect(tally.changes).toBe(150);
}, 60_000);
