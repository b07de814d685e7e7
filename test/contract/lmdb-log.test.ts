import { onTestFinished } from 'vitest';
import { LmdbLog } from '../../src/log/lmdb-log.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { describeLog, type LogUnderTest } from './log.ts';

describeLog('the log in LMDB', async (): Promise<LogUnderTest> => {
  const directory = await temporaryDirectory();
  let log = LmdbLog.open(directory);
  onTestFinished(() => log[Symbol.asyncDispose]());
  const reopen = async () => {
    await log[Symbol.asyncDispose]();
    log = LmdbLog.open(directory);
    return log;
  };
  return { log, reopen };
});
