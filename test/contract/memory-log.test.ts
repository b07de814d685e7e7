import { MemoryLog } from '../../src/log/memory-log.ts';
import { FailingLog } from '../fixture/failing-log.ts';
import { describeLog } from './log.ts';

describeLog('the log in memory', async () => ({ log: new MemoryLog() }));
describeLog('a log that fails later', async () => ({ log: new FailingLog(new MemoryLog()) }));
