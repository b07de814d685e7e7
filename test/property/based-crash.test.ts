/** The history and the tail of a based log on a disk whose power goes at any time. */

import { expect, onTestFinished, test } from 'vitest';
import type { Disk } from '../../src/base/disk.ts';
import { writeBase } from '../../src/log/base-file.ts';
import { BasedLog } from '../../src/log/based-log.ts';
import type { LogEntry, NewEntry } from '../../src/log/log.ts';
import { openLog } from '../../src/log/open-log.ts';
import { Schedule } from '../../src/simulation/schedule.ts';
import { Tally } from '../../src/simulation/tally.ts';
import { VirtualDisk } from '../../src/simulation/virtual-disk.ts';
import { baseOf, type Content, someContent } from '../fixture/based-content.ts';
import { Seeded } from '../seeded.ts';

const DIRECTORY = '/data';
const BASE_LENGTH = 150;
const LENGTH = 300;
/** Past several sectors. */
const ENTRY_BYTES_MAX = 2_000;

test('[L11] [L18] [L26] a power loss leaves of history and tail what is whole', async () => {
  const { tally, cut } = await tryPowerLosses((disk) => disk);
  for (const count of [cut.history, cut.tail]) expect(count).toBeGreaterThan(15);
  for (const what of ['unsynced writes torn', 'unsynced writes lost', 'names lost']) {
    expect(tally.get(what), what).toBeGreaterThan(10);
  }
}, 60_000);

test('the check of power losses finds a history that is not synced', async () => {
  const forgetful = (disk: Disk): Disk => ({
    ...disk,
    open: async (path, flags, mode) => {
      const file = await disk.open(path, flags, mode);
      return path.includes('/history/') ? { ...file, datasync: async () => undefined } : file;
    },
  });
  await expect(tryPowerLosses(forgetful)).rejects.toThrow(/history/);
}, 60_000);

/** Until the history is complete; what a disk is asked goes through another. */
async function tryPowerLosses(through: (disk: Disk) => Disk) {
  const seeded = new Seeded(20_261_130);
  const [schedule, tally] = [new Schedule(), new Tally()];
  const disk = new VirtualDisk({ schedule, tally, random: seeded, label: 'disk' });
  const clock = setInterval(() => void schedule.run(schedule.now + 20), 1);
  onTestFinished(() => clearInterval(clock));
  const content = someContent(seeded, LENGTH, { bytesMax: ENTRY_BYTES_MAX, records: 0.1 });
  await writeBase(DIRECTORY, baseOf(content, BASE_LENGTH), disk.mount());
  const known = { history: 0, tail: 0 };
  const cut = { history: 0, tail: 0 };
  while (known.history < BASE_LENGTH) {
    const log = await openLog(DIRECTORY, { disk: through(disk.mount()), segmentBytes: 8_000 });
    if (!(log instanceof BasedLog)) throw new Error('a base expected to be found');
    const tailLength = log.length - BASE_LENGTH;
    expect(log.historyLength, 'history').toBeGreaterThanOrEqual(known.history);
    expect(tailLength, 'tail').toBeGreaterThanOrEqual(known.tail);
    expectPrefix(log, content.entries);
    await Promise.all([
      log.extendHistory(nextOf(log, content, seeded.between(0, 2))),
      log.append(content.entries.slice(log.length, log.length + seeded.between(0, 1))),
    ]);
    known.history = log.historyLength;
    known.tail = log.length - BASE_LENGTH;
    // These are on their way when the power goes.
    const ways = {
      history: log.extendHistory(nextOf(log, content, 3)),
      tail: log.append(content.entries.slice(log.length, log.length + 2)),
    };
    for (let turn = seeded.below(6); turn > 0; turn--) await new Promise(setImmediate);
    disk.crash();
    for (const part of ['history', 'tail'] as const) {
      const end = ways[part].then(() => 'done');
      if ((await Promise.race([end, nextTurn('cut')])) === 'cut') cut[part] += 1;
    }
  }
  return { tally, cut };
}

function nextTurn(what: string): Promise<string> {
  return new Promise((resolve) => setImmediate(() => resolve(what)));
}

function nextOf(log: BasedLog, { entries }: Content, count: number): readonly NewEntry[] {
  const from = log.historyLength;
  return entries.slice(from, Math.min(from + count, BASE_LENGTH));
}

/** What is here is what was appended; a walk from the tail on has all of that. */
function expectPrefix(log: BasedLog, entries: readonly NewEntry[]): void {
  for (let position = 1; position <= log.historyLength; position++) {
    expect(log.read(position)).toEqual({ position, ...entries[position - 1] } as LogEntry);
  }
  const tail = [...log.entries(BASE_LENGTH + 1)];
  const expected = entries
    .slice(BASE_LENGTH, log.length)
    .map((entry, index) => ({ position: BASE_LENGTH + 1 + index, ...entry }));
  expect(tail).toEqual(expected);
}
