import { describe, expect, onTestFinished, test } from 'vitest';
import { Seeded } from '../../src/base/seeded.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { Schedule } from '../../src/simulation/schedule.ts';
import { Tally } from '../../src/simulation/tally.ts';
import { VirtualDisk } from '../../src/simulation/virtual-disk.ts';
import { describeLog, entry, type LogUnderTest } from './log.ts';

const CRASHES = 60;

describeLog('the log on a virtual disk', () => openOn(makeDisk(1), {}));
describeLog('the log on a virtual disk that crashes', () => openOn(makeDisk(2), { crashes: true }));
describeLog('the log in small segments on a virtual disk that crashes', () =>
  openOn(makeDisk(3), { crashes: true, segmentBytes: 500 }),
);

function makeDisk(seed: number): { readonly disk: VirtualDisk; readonly tally: Tally } {
  const [schedule, tally] = [new Schedule(), new Tally()];
  const disk = new VirtualDisk({ schedule, tally, random: new Seeded(seed), label: 'disk' });
  // Time goes on by itself, as it does for a disk of the system.
  const clock = setInterval(() => void schedule.run(schedule.now + 20), 1);
  onTestFinished(() => clearInterval(clock));
  return { disk, tally };
}

async function openOn(
  { disk }: { readonly disk: VirtualDisk },
  { crashes = false, ...options }: { readonly crashes?: boolean; readonly segmentBytes?: number },
): Promise<LogUnderTest> {
  const open = () => FileLog.open('/data', { ...options, disk: disk.mount() });
  let log = await open();
  const reopen = async () => {
    if (crashes) disk.crash();
    else await log[Symbol.asyncDispose]();
    log = await open();
    return log;
  };
  return { log, reopen };
}

describe('[Z3] a crash of a virtual disk', () => {
  test('keeps what was acknowledged, and tears what was not', async () => {
    const { disk, tally } = makeDisk(4);
    const { log: first, reopen } = await openOn({ disk }, { crashes: true, segmentBytes: 4_000 });
    let [log, acknowledged] = [first, 0];
    for (let crash = 0; crash < CRASHES; crash++) {
      await log.append([entry(log.length + 1)]);
      acknowledged = log.length;
      // This one is on its way when the power goes.
      void log.append([{ ...entry(log.length + 1), bytes: new Uint8Array(3_000).fill(crash) }]);
      await Promise.resolve();
      log = (await reopen?.()) as FileLog;
      expect(log.length).toBeGreaterThanOrEqual(acknowledged);
      expect(log.length).toBeLessThanOrEqual(acknowledged + 1);
    }
    expect(tally.get('unsynced writes torn')).toBeGreaterThan(CRASHES / 4);
    expect(tally.get('unsynced writes lost')).toBeGreaterThan(CRASHES / 4);
  });

  test('loses what a program forgets to sync', async () => {
    const { disk } = makeDisk(5);
    const before = disk.mount();
    const file = await before.open('/data/note', 'w');
    await file.sync();
    await before.syncDirectory('/data');
    let isLost = false;
    for (let crash = 0; crash < CRASHES && !isLost; crash++) {
      const written = await disk.mount().open('/data/note', 'r+');
      await written.writev([Uint8Array.of(crash + 1)], 0);
      disk.crash();
      const [kept = 0] = await disk.mount().readFile('/data/note');
      isLost = kept !== crash + 1;
    }
    expect(isLost).toBe(true);
  });

  test('loses a name where another directory was synced', async () => {
    const { disk } = makeDisk(6);
    const kept = { here: 0, there: 0 };
    for (let crash = 0; crash < CRASHES; crash++) {
      const before = disk.mount();
      for (const directory of ['here', 'there']) await before.open(`/${directory}/${crash}`, 'w');
      expect(await before.list('/here')).toContain(`${crash}`);
      await before.syncDirectory('/here');
      disk.crash();
      const after = disk.mount();
      for (const directory of ['here', 'there'] as const) {
        if ((await after.list(`/${directory}`)).includes(`${crash}`)) kept[directory] += 1;
      }
    }
    expect(kept.here).toBe(CRASHES);
    expect(kept.there).toBeGreaterThan(CRASHES / 4);
    expect(kept.there).toBeLessThan((CRASHES * 3) / 4);
  });
});
