/** `massive-graph log masked`: what stands in the log without effect, and why. */

import { AuthorityChain } from '../authority/chain.ts';
import { decodeRecord } from '../authority/record.ts';
import { EntryKind, type LogEntry } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { surveyForks } from '../space/fork-survey.ts';
import { describeMask } from '../space/mask-reason.ts';
import type { MaskedTransaction } from '../space/masked.ts';
import type { MaskReasons } from './log-entry.ts';
import { type LogOptions, readingLogOf } from './log-reading.ts';
import { formatCount, printable, type Terminal } from './terminal.ts';

export async function printMasked(terminal: Terminal, options: LogOptions): Promise<void> {
  let count = 0;
  await readingLogOf(options.data, (log) =>
    readingMasked(log, undefined, (masked) => {
      count += 1;
      terminal.output(options.json === true ? `${JSON.stringify(masked)}\n` : maskedLine(masked));
    }),
  );
  if (options.json !== true) terminal.output(`${formatCount(count)} transactions masked\n`);
}

/** Why transactions of an entry are masked. The log is replayed where some may be. */
export async function masksOf(log: ReadableLog, entry: LogEntry): Promise<MaskReasons> {
  const reasons = new Map<number, MaskedTransaction['reason']>();
  if (entry.kind !== EntryKind.COMMIT) return reasons;
  await readingMasked(log, entry.position, ({ index, reason }) => reasons.set(index, reason));
  return reasons;
}

async function readingMasked(
  log: ReadableLog,
  position: number | undefined,
  tell: (masked: MaskedTransaction) => void,
): Promise<void> {
  // Where nothing ever narrowed rights, and nobody signed a number twice, nothing is masked.
  const chain = new AuthorityChain();
  for (const { bytes } of log.authority()) chain.accept(decodeRecord(bytes));
  const narrows = chain.narrowings.firstAbove(0) !== undefined;
  if (!narrows && (await surveyForks({ log, ahead: chain })).isEmpty) return;
  const { systemClock } = await import('../base/clock.ts');
  const { systemRandom } = await import('../base/random.ts');
  const { readMasked } = await import('../space/masked.ts');
  const only = position === undefined ? {} : { position };
  await readMasked(log, { clock: systemClock, random: systemRandom, ...only }, tell);
}

function maskedLine({ position, index, id, actor, reason }: MaskedTransaction): string {
  const why = describeMask(actor, reason);
  return `${position}  transaction ${index}  ${id}  ${printable(actor)}: ${printable(why)}\n`;
}
