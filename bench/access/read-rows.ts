/** What it costs that a caller reads: masks, points, filtered counts, and changes. */

import { assert } from '../../src/base/assert.ts';
import { type CallerView, FieldVerb } from '../../src/engine/caller-view.ts';
import type { GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import type { Rows } from '../../src/engine/plan.ts';
import type { Timed } from '../engine/contender.ts';
import { countText, measureInTurns, measureRepeated, type WindowSize } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import {
  DOCUMENT,
  FIELD_VALUES,
  fieldValue,
  memberOf,
  membersOf,
  userOf,
  viewerOf,
} from './company.ts';
import { SqliteFilter } from './sqlite-filter.ts';
import type { AccessStage } from './stage.ts';
import { ALL, countOf, READER, type Runner, timed } from './timed-reads.ts';

const FILTERED_RATIO_MIN = 1 / 1.5;
const POINT_RATIO_MIN = 1 / 1.1;
const SQLITE_RATIO_MIN = 5;
/** Of all documents, before the other has its turn: a caller begins once for many reads. */
const POINT_PASSES = 20;
const MASK_CHECKS_MAX = 2;
const CHANGE_MILLISECONDS_MAX = 1;
const MASK_FIELDS = 20;
const MASKS = 20_000;
const LEAST = FIELD_VALUES / 2;
/** By the rule of the row, which leads through groups; and by a rule of the field itself. */
const FIELDS_READ: readonly FieldRead[] = [
  { path: 'f3', number: 3, by: 'the rule of the row' },
  { path: 'f1', number: 1, by: 'a rule of the field' },
];

interface FieldRead {
  readonly path: string;
  readonly number: number;
  /** What it is read by. */
  readonly by: string;
}

/** A count with a filter: of everybody, of a caller, and by joins. */
export async function measureFilters(stage: AccessStage, size: WindowSize): Promise<BenchRow[]> {
  const sqlite = new SqliteFilter(stage.company);
  const rows: BenchRow[] = [];
  for (const field of FIELDS_READ)
    rows.push(...(await measureFilter(stage, { size, sqlite, field })));
  sqlite.close();
  return rows;
}

async function measureFilter(
  stage: AccessStage,
  { size, sqlite, field }: { size: WindowSize; sqlite: SqliteFilter; field: FieldRead },
): Promise<BenchRow[]> {
  const { company, view } = stage;
  const seen = stage.as(READER);
  const late = (numbers: Iterable<number>) =>
    [...numbers].filter((number) => fieldValue(number, field.number) > LEAST).length;
  const expected = late(company.documentsOf(READER));
  const all = late(company.ids.keys());
  const run = (answer: number, count: () => number) => async (): Promise<Timed> => {
    const { seconds, answer: got } = await timed(count);
    assert(got[0] === answer, 'a filter counts what the company has');
    return { seconds, answer: [0] };
  };
  const rows = lateIn(field.path);
  const runners: Runner[] = [
    { name: 'engine', run: run(expected, () => countOf(seen, rows)) },
    { name: 'everybody', run: run(all, () => countOf(view, rows)) },
    { name: sqlite.name, run: run(expected, sqlite.counter(field.path, READER, LEAST)) },
  ];
  const { documents } = company.size;
  const windows = await measureRepeated(runners, size, {
    operations: documents,
    run: (runner) => runner.run(),
  });
  const name = `filtered count of ${countText(documents)} documents by ${field.by}`;
  const ratios = { everybody: FILTERED_RATIO_MIN, [sqlite.name]: SQLITE_RATIO_MIN };
  return windows.rows(name, { ratios });
}

/** Documents by their ids, and a field of each that is read. */
export async function measurePoints(stage: AccessStage, size: WindowSize): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const field of FIELDS_READ) rows.push(...(await measurePointsOf(stage, size, field)));
  return rows;
}

async function measurePointsOf(
  stage: AccessStage,
  size: WindowSize,
  { path, number: field, by }: FieldRead,
): Promise<BenchRow[]> {
  const readable = [...stage.company.documentsOf(READER)];
  const ids = readable.map((number) => stage.company.ids[number] as string);
  const expected = readable.reduce((sum, number) => sum + fieldValue(number, field), 0);
  const passOf = (view: GraphView) => ids.reduce((sum, id) => sum + fieldOf(view, id, path), 0);
  const pointsOf = (view: GraphView) => () =>
    timed(() => {
      let sum = 0;
      for (let pass = 0; pass < POINT_PASSES; pass++) sum += passOf(view);
      return sum;
    });
  const runners: Runner[] = [
    { name: 'engine', run: pointsOf(stage.as(READER)) },
    { name: 'everybody', run: pointsOf(stage.view) },
  ];
  const windows = await measureInTurns(runners, size, {
    operations: ids.length * POINT_PASSES,
    answer: [expected * POINT_PASSES],
    run: (runner) => runner.run(),
  });
  return windows.rows(`points read by ${by}`, { ratios: { everybody: POINT_RATIO_MIN } });
}

/** Which of 20 fields may be read, beside a single check of the same documents. */
export async function measureMasks(stage: AccessStage, size: WindowSize): Promise<BenchRow[]> {
  const view = stage.as(READER);
  const paths = Array.from({ length: MASK_FIELDS }, (_, field) => `f${field % 10}`);
  const [row] = view.nodesOfType(DOCUMENT);
  assert(row !== undefined, 'the reader may read a document');
  const masksOf = (asked: readonly string[]) => () => timed(() => sumOfMasks(view, row, asked));
  const readable = paths.filter((path) => path !== 'f0' && path !== 'f2').length * MASKS;
  const rates: number[][] = [[], []];
  for (let window = 0; window <= size.windows; window++) {
    const [mask, check] = [await masksOf(paths)(), await masksOf([''])()];
    assert(mask.answer[0] === readable && check.answer[0] === MASKS, 'a mask says what is read');
    if (window === 0) continue;
    rates[0]?.push(MASKS / mask.seconds / 1e6);
    rates[1]?.push(MASKS / check.seconds / 1e6);
  }
  const [value = 0, baseline = 0] = rates.map(medianOf);
  return [
    benchRow({ name: `masks of ${MASK_FIELDS} fields`, value, unit: 'M/s', baseline }),
    benchRow({
      name: `a mask of ${MASK_FIELDS} fields in checks`,
      value: baseline / value,
      unit: 'x',
      target: MASK_CHECKS_MAX,
      better: Better.LOWER,
    }),
  ];
}

/** A group of many is granted all documents, and loses them: what a member reads next. */
export function measureChanges(stage: AccessStage, size: WindowSize): BenchRow[] {
  const { users } = stage.company.size;
  const members = Array.from({ length: users }, (_, user) => memberOf('all', userOf(user)));
  stage.writer.make(members, stage.height);
  const grant = viewerOf('*', membersOf('all'));
  const readable = stage.company.documentsOf(READER);
  const hidden = stage.company.ids.findIndex((_, number) => !readable.has(number));
  const id = stage.company.ids[hidden] as string;
  const [made, ended]: [number[], number[]] = [[], []];
  for (let window = 0; window < size.windows * 5; window++) {
    stage.height += 1;
    made.push(millisecondsOf(() => stage.writer.make([grant], stage.height), true));
    stage.height += 1;
    ended.push(millisecondsOf(() => stage.writer.end([grant], stage.height), false));
  }
  const rowOf = (name: string, milliseconds: readonly number[]) =>
    benchRow({
      name: `a group of ${countText(users)} ${name}`,
      value: medianOf(milliseconds),
      unit: 'ms',
      target: CHANGE_MILLISECONDS_MAX,
      better: Better.LOWER,
    });
  return [
    rowOf('is granted all, and a member reads', made),
    rowOf('loses what it was granted, and a member reads', ended),
  ];

  function millisecondsOf(change: () => void, isSeen: boolean): number {
    const start = performance.now();
    change();
    const row = stage.as(READER).nodeById(id);
    const milliseconds = performance.now() - start;
    assert((row !== undefined) === isSeen, 'a change counts at the next read');
    return milliseconds;
  }
}

function lateIn(path: string): Rows {
  const field = { kind: 'property', of: 'node', path } as const;
  const where = { kind: 'compare', field, operator: 'greater', value: BigInt(LEAST) } as const;
  return { ...ALL, where };
}

function fieldOf(view: GraphView, id: string, path: string): number {
  const row = view.nodeById(id);
  return row === undefined ? 0 : Number(view.nodeValue(row, path));
}

function sumOfMasks(view: CallerView, row: NodeRow, paths: readonly string[]): number {
  let sum = 0;
  for (let count = 0; count < MASKS; count++) {
    for (const isRead of view.nodeMask(row, FieldVerb.READ, paths)) sum += isRead ? 1 : 0;
  }
  return sum;
}
