/**
 * A process of its own that appends to a log in files and says on stdout, unbuffered, when the log
 * is open, when each append starts, and when and how it ends:
 *
 *     node test/contract/append-entries.ts DIRECTORY COUNT BYTES
 */

import { writeSync } from 'node:fs';
import { FileLog } from '../../src/log/file-log.ts';
import { EntryKind } from '../../src/log/log.ts';

const [directory = '', count = '', size = ''] = process.argv.slice(2);
const log = await FileLog.open(directory, { note: (text) => say(`note: ${text}`) });
say(`open, length ${log.length}`);
for (let index = 0; index < Number(count); index++) {
  const number = log.length + 1;
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, number);
  const bytes = new Uint8Array(Number(size)).fill(number);
  say(`append ${index} starts`);
  const outcome = await log.append([{ kind: EntryKind.COMMIT, hash, bytes }]).then(
    () => 'is durable',
    (error: unknown) => `fails: ${error instanceof Error ? error.message : String(error)}`,
  );
  say(`append ${index} ${outcome}, length ${log.length}, reads ${log.read(number) !== undefined}`);
}
await log[Symbol.asyncDispose]();
say('closed');

function say(text: string): void {
  writeSync(1, `${text}\n`);
}
