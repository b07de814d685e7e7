/** Prints the rows that an import left out. */

import type { ImportResult } from '../io/csv-import.ts';
import { formatCount, type Terminal } from './terminal.ts';

const PROBLEMS_PRINTED_MAX = 100;

export function reportProblems(terminal: Terminal, result: ImportResult): void {
  for (const { position, message } of result.problems.slice(0, PROBLEMS_PRINTED_MAX)) {
    const { file, line, column } = position;
    terminal.notes(`${file}:${line}:${column}: ${message}\n`);
  }
  const rest = result.problemCount - Math.min(result.problems.length, PROBLEMS_PRINTED_MAX);
  if (rest > 0) terminal.notes(`and ${formatCount(rest)} more rows with problems\n`);
}
