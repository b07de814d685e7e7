/**
 * A process that writes from eight callers until it is ended, and says on stdout, unbuffered, what
 * is acknowledged and what the state is:
 *
 *     node test/integration/power-writer.ts DIRECTORY SEGMENT_BYTES
 *
 *     open                      the space is open
 *     acknowledged KEY          a write was answered
 *     state POSITION HASH       the state hash after the entry at a position
 */

import { writeSync } from 'node:fs';
import { FileLog } from '../../src/log/file-log.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { POWER_DEFINITION } from './power-rounds.ts';

const WRITERS = 8;
const STATE_EVERY = 40;

const [directory = '', segmentBytes] = process.argv.slice(2);
await writeUntilEnded();

async function writeUntilEnded(): Promise<void> {
  const log = await FileLog.open(directory, { segmentBytes: Number(segmentBytes) });
  const space = await openMemorySpace({ definition: POWER_DEFINITION, log });
  space.watch(({ position, index }) => {
    if (index === 0 && position % STATE_EVERY === 0)
      say(`state ${log.length} ${space.stateHash()}`);
  });
  say('open');
  const writer = async (name: number): Promise<never> => {
    for (let number = 0; ; number++) {
      const key = `w${name}-${number}`;
      await space.write({ actor: 'tester' }, (draft) => {
        const id = draft.createNode('City', { key });
        draft.setNodeValue(id, 'name', 'x'.repeat((number * 37) % 3_000));
        draft.incrementNodeValue(id, 'people', BigInt(number));
      });
      say(`acknowledged ${key}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, name) => writer(name)));
}

function say(text: string): void {
  writeSync(1, `${text}\n`);
}
