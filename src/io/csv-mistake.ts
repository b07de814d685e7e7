/**
 * What is wrong with a CSV file or a row of it, before its line and column are known. Positions
 * take another look at the file, so they are worked out where mistakes are reported.
 */

import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';
import { IMPORT_PROBLEMS_MAX } from '../base/limits.ts';
import { type FieldPlace, locateField, locateFields } from './csv-locate.ts';

/** Ends an import before anything is written; thrown within this folder only. */
export class CsvMistake extends Error {
  readonly place: FieldPlace;
  readonly code: ErrorCode;

  constructor(message: string, place: FieldPlace, code: ErrorCode = ErrorCode.INVALID_INPUT) {
    super(message);
    this.place = place;
    this.code = code;
  }
}

/** Runs `work` on a file and turns the mistake that it throws into the error that callers see. */
export async function locateMistakes<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CsvMistake ? await locate(file, error) : error;
  }
}

async function locate(file: string, mistake: CsvMistake): Promise<DatabaseError> {
  const position = await locateField(file, mistake.place);
  return new DatabaseError(mistake.code, mistake.message, { cause: mistake, position });
}

/** A row that was left out while the rest was loaded. */
export interface ImportProblem {
  readonly position: SourcePosition;
  readonly message: string;
}

/** Collects the problems of an import, up to a limit. */
export class ProblemList {
  count = 0;
  readonly #byFile = new Map<string, { place: FieldPlace; message: string }[]>();

  add(file: string, place: FieldPlace, message: string): void {
    this.count += 1;
    if (this.count > IMPORT_PROBLEMS_MAX) return;
    const problems = this.#byFile.get(file) ?? [];
    problems.push({ place, message });
    this.#byFile.set(file, problems);
  }

  /** All that were kept, by file in the order of their places. */
  async locate(): Promise<ImportProblem[]> {
    const located: ImportProblem[] = [];
    for (const [file, problems] of this.#byFile) {
      problems.sort((l, r) => l.place.row - r.place.row || l.place.field - r.place.field);
      const positions = await locateFields(
        file,
        problems.map(({ place }) => place),
      );
      for (const [index, position] of positions.entries()) {
        located.push({ position, message: problems[index]?.message ?? '' });
      }
    }
    return located;
  }
}
