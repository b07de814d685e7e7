import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FaultPoint, parseFaults } from '../../src/base/fault.ts';
import { LOG_SEGMENT_BYTES } from '../../src/base/limits.ts';
import { openSpace } from '../../src/space/open.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { faultRounds } from './kill-rounds.ts';
import { runCommand } from './run-command.ts';

const SEED = 20_260_303;
const WRITE_POINTS = [
  FaultPoint.APPEND_BEGUN,
  FaultPoint.APPEND_TORN,
  FaultPoint.APPEND_WRITTEN,
  FaultPoint.APPEND_SYNCED,
  FaultPoint.APPEND_DONE,
  FaultPoint.APPLY_BEGUN,
  FaultPoint.APPLY_DONE,
];
const SEGMENT_POINTS = [FaultPoint.SEGMENT_SEALED, FaultPoint.SEGMENT_BEGUN];

describe('a server that dies at a step', () => {
  test('[P2] of an append or apply has all that it answered, whole, and its state', async () => {
    const directory = await temporaryDirectory();
    const passes = { least: 5, most: 30 };
    const options = { directory, points: WRITE_POINTS, passes, seed: SEED };
    const loads = await faultRounds(options);
    expect([...loads.keys()]).toEqual(WRITE_POINTS);
    for (const [point, { answered, inFlight }] of loads) {
      expect([point, answered.size > 0, inFlight > 0]).toEqual([point, true, true]);
    }
  }, 240_000);

  test('[L9] between two segments of its log has all that it answered, and its state', async () => {
    const directory = await temporaryDirectory();
    await fillSegment(join(directory, 'data'));
    const passes = { least: 0, most: 0 };
    const options = { directory, points: SEGMENT_POINTS, passes, seed: SEED };
    const [sealed, begun] = [...(await faultRounds(options)).values()];
    expect(sealed?.answered.size).toBeGreaterThan(0);
    // The next server's first append is the one that begins the segment.
    expect(begun?.inFlight).toBeGreaterThan(0);
    await stat(join(directory, 'data', 'log-0000000001.index'));
  }, 240_000);
});

describe('the step to die at', () => {
  test.each(Object.values(FaultPoint))('%s has a name that is read', (point) => {
    expect(parseFaults(point)?.isArmed(point)).toBe(true);
    expect(parseFaults(`${point}:2`)?.isArmed(point)).toBe(false);
  });

  test.each(['', 'append', 'append.done:', 'append.done:0', 'append.done:1:2', 'append.done:x'])(
    '"%s" is none',
    (text) => {
      expect(parseFaults(text)).toBeUndefined();
    },
  );

  test('is refused by the command where there is none of its name', async () => {
    const { stderr, code } = await withFault('append.gone', () => runCommand('--version'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/MASSIVE_GRAPH_FAULT expected a named step, got append\.gone/);
  });
});

/** Leaves 150 KB to the end of the first segment: some groups of mutations, then another begins. */
async function fillSegment(directory: string): Promise<void> {
  const definition = { source: flightsDefinition().source };
  await using space = await openSpace({ directory, definition });
  const file = join(directory, 'log-0000000001.segment');
  expect((await stat(file)).size).toBeLessThan(LOG_SEGMENT_BYTES);
  let left = LOG_SEGMENT_BYTES - 150_000;
  for (let number = 0; left > 0; number++) {
    const bytes = Math.min(left, 1_000_000);
    await space.write({ actor: 'tester' }, (draft) => {
      const id = draft.createNode('Airport', { key: `F${number}` });
      draft.setNodeValue(id, 'name', 'x'.repeat(bytes));
      draft.setNodeValue(id, 'country', 'FIL');
    });
    left -= bytes;
  }
}

async function withFault<T>(name: string, act: () => Promise<T>): Promise<T> {
  process.env.MASSIVE_GRAPH_FAULT = name;
  try {
    return await act();
  } finally {
    delete process.env.MASSIVE_GRAPH_FAULT;
  }
}
