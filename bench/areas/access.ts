/**
 * Permissions: checks of callers, beside plain walks over the same tuples in C++ (bench/native) and
 * joins in node:sqlite; what reading for a caller costs beside reading for everybody; and grants.
 * Rates are millions in a second of processor time.
 */

import { measureChecks, measureSingleChecks } from '../access/check-rows.ts';
import { Company, type CompanySize } from '../access/company.ts';
import { measureGrants } from '../access/load-rows.ts';
import { NativeWalk } from '../access/native-walk.ts';
import {
  measureChanges,
  measureFilters,
  measureMasks,
  measurePoints,
} from '../access/read-rows.ts';
import { AccessStage } from '../access/stage.ts';
import type { WindowSize } from '../engine/windows.ts';
import { type BenchRow, nativeProgram } from '../measure.ts';

interface AccessBenchSize extends WindowSize {
  readonly company: CompanySize;
}

const FULL: AccessBenchSize = {
  company: { documents: 100_000, users: 10_000, groups: 1_000 },
  windows: 7,
  secondsMin: 0.2,
  settles: true,
};
const QUICK: AccessBenchSize = {
  ...FULL,
  company: { documents: 20_000, users: 2_000, groups: 200 },
  windows: 3,
};

export function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return rowsOfSize(quick ? QUICK : FULL);
}

export async function rowsOfSize(size: AccessBenchSize): Promise<BenchRow[]> {
  const company = new Company(size.company);
  const program = await nativeProgram('access');
  const stage = await AccessStage.load(company);
  const native = program === undefined ? undefined : await NativeWalk.start(program, company);
  try {
    return [
      ...(await measureChecks({ stage, native }, size)),
      ...measureSingleChecks(stage),
      ...(await measureFilters(stage, size)),
      ...(await measurePoints(stage, size)),
      ...(await measureMasks(stage, size)),
      ...measureChanges(stage, size),
      ...(await measureGrants(size.company, size.windows)),
    ];
  } finally {
    await native?.[Symbol.asyncDispose]();
  }
}
