/** `massive-graph log export`: entries of the log as a CAR file. */

import { type LogOptions, readingLogOf } from './log-reading.ts';
import { formatCount, type Terminal } from './terminal.ts';

export interface ExportOptions extends LogOptions {
  readonly from: number;
  readonly to?: number;
}

export async function exportLog(
  terminal: Terminal,
  file: string,
  options: ExportOptions,
): Promise<void> {
  const { writeCar } = await import('../io/car-export.ts');
  const { from, to } = options;
  const { entries, root, bytes } = await readingLogOf(options.data, (log) =>
    writeCar(log, { file, from, to: to ?? log.length }),
  );
  if (options.json === true) terminal.output(`${JSON.stringify({ entries, root, bytes })}\n`);
  else {
    const count = `${formatCount(entries)} entries, ${formatCount(bytes)} bytes`;
    terminal.output(`${count}, root ${root}\n`);
  }
}
