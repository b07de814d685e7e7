import { describe, expect, onTestFinished, test } from 'vitest';
import { FileLog } from '../../src/log/file-log.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { describeLog, entry, type LogUnderTest } from './log.ts';

describeLog('the log in segment files', () => openIn({}));
describeLog('the log in segments of a few entries', () => openIn({ segmentBytes: 500 }));
describeLog('the log in segments of one append each', () => openIn({ segmentBytes: 1 }));

async function openIn(options: { readonly segmentBytes?: number }): Promise<LogUnderTest> {
  const directory = await temporaryDirectory();
  let log = await FileLog.open(directory, options);
  onTestFinished(() => log[Symbol.asyncDispose]());
  const reopen = async () => {
    await log[Symbol.asyncDispose]();
    log = await FileLog.open(directory, options);
    return log;
  };
  return { log, reopen };
}

describe('an append to a file', () => {
  test('takes its bytes from shared memory', async () => {
    const { log } = await openIn({});
    const shared = new Uint8Array(new SharedArrayBuffer(1_000)).fill(7);
    await log.append([{ ...entry(1), bytes: shared.subarray(100, 900) }]);
    expect(log.read(1)?.bytes).toEqual(new Uint8Array(800).fill(7));
  });

  test('[L13] is refused while another one runs', async () => {
    const { log } = await openIn({});
    const first = log.append([entry(1)]);
    await expect(log.append([entry(2)])).rejects.toThrow('one caller at a time');
    await first;
    expect(log.length).toBe(1);
  });

  test('is refused once the log is closed', async () => {
    const { log } = await openIn({});
    await log.append([entry(1)]);
    await log[Symbol.asyncDispose]();
    await expect(log.append([entry(2)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
