/** What it costs that a caller reads: checks, masks, points, filtered counts, and changes. */

import { assert } from '../../src/base/assert.ts';
import { type CallerView, FieldVerb } from '../../src/engine/caller-view.ts';
import type { GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import { type Plan, PlanStatus, type Rows } from '../../src/engine/plan.ts';
import type { Timed } from '../engine/contender.ts';
import {
  countText,
  measureInTurns,
  measureRepeated,
  type Named,
  type WindowSize,
} from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, cpuSecondsOf, medianOf } from '../measure.ts';
import {
  DOCUMENT,
  FIELD_VALUES,
  fieldValue,
  memberOf,
  membersOf,
  userOf,
  viewerOf,
} from './company.ts';
import type { NativeWalk } from './native-walk.ts';
import { SqliteFilter } from './sqlite-filter.ts';
import type { AccessStage } from './stage.ts';

const LIMITS = { work: 0xffff_ffff, items: 0xffff_ffff };
const REPEATED_RATE_MIN = 5;
const NEW_RATE_MIN = 1;
const FILTERED_RATIO_MIN = 1 / 1.5;
const POINT_RATIO_MIN = 1 / 1.1;
const SQLITE_RATIO_MIN = 5;
/** Of all documents, before the other has its turn: a caller begins once for many reads. */
const POINT_PASSES = 20;
const MASK_CHECKS_MAX = 2;
const CHANGE_MILLISECONDS_MAX = 1;
const MASK_FIELDS = 20;
const MASKS = 20_000;
const READER = 17;
const LEAST = FIELD_VALUES / 2;
const ALL: Rows = { source: { kind: 'type', type: DOCUMENT } };
const LATE: Rows = {
  ...ALL,
  where: {
    kind: 'compare',
    field: { kind: 'property', of: 'node', path: 'f3' },
    operator: 'greater',
    value: BigInt(LEAST),
  },
};

interface Runner extends Named {
  run(): Promise<Timed>;
}

/** Each document is asked about, by users whom nobody asked about before, and by one again. */
export async function measureChecks(
  { stage, native }: { readonly stage: AccessStage; readonly native: NativeWalk | undefined },
  size: WindowSize,
): Promise<BenchRow[]> {
  const { documents } = stage.company.size;
  // Kept verdicts are of a caller and a height: each user is a new one.
  let user = 0;
  const name = `checks of ${countText(documents)} documents`;
  const fresh: Runner[] = [
    { name: 'engine', run: () => timed(() => countOf(stage.as(user), ALL)) },
  ];
  if (native !== undefined) fresh.push({ name: 'C++ walk', run: () => native.check(user) });
  const rates = fresh.map((): number[] => []);
  for (let window = 0; window < size.windows * 3; window++) {
    user += 1;
    const answers: number[] = [];
    for (const [index, runner] of fresh.entries()) {
      const { seconds, answer } = await runner.run();
      rates[index]?.push(documents / seconds / 1e6);
      answers.push(answer[0] ?? 0);
    }
    const expected = stage.company.documentsOf(user).size;
    assert(
      answers.every((answer) => answer === expected),
      'all come to the same documents',
    );
  }
  const [value = 0, baseline] = rates.map(medianOf);
  const first = benchRow({
    name: `${name} by a new caller, beside a C++ walk`,
    value,
    unit: 'M/s',
    baseline,
    target: NEW_RATE_MIN,
  });
  const view = stage.as(READER);
  const again = await measureRepeated<Runner>(
    [{ name: 'engine', run: () => timed(() => countOf(view, ALL)) }],
    size,
    {
      operations: documents,
      answer: [stage.company.documentsOf(READER).size],
      run: (runner) => runner.run(),
    },
  );
  return [first, ...again.rows(`${name} by the same caller again`, { rate: REPEATED_RATE_MIN })];
}

/** A count with a filter: of everybody, of a caller, and by joins. */
export async function measureFilters(stage: AccessStage, size: WindowSize): Promise<BenchRow[]> {
  const { company, view } = stage;
  const { documents } = company.size;
  const seen = stage.as(READER);
  const late = (numbers: Iterable<number>) =>
    [...numbers].filter((number) => fieldValue(number, 3) > LEAST).length;
  const expected = late(company.documentsOf(READER));
  const all = late(company.ids.keys());
  const sqlite = new SqliteFilter(company);
  const run = (from: GraphView, answer: number) => async (): Promise<Timed> => {
    const { seconds, answer: got } = await timed(() => countOf(from, LATE));
    assert(got[0] === answer, 'a filter counts what the company has');
    return { seconds, answer: [0] };
  };
  const runners: Runner[] = [
    { name: 'engine', run: run(seen, expected) },
    { name: 'everybody', run: run(view, all) },
    {
      name: sqlite.name,
      run: async () => {
        const { seconds, answer } = await timed(() => sqlite.count(READER, LEAST));
        assert(answer[0] === expected, 'joins count what the company has');
        return { seconds, answer: [0] };
      },
    },
  ];
  const windows = await measureRepeated(runners, size, {
    operations: documents,
    run: (runner) => runner.run(),
  });
  sqlite.close();
  return windows.rows(`filtered count of ${countText(documents)} documents by a caller`, {
    ratios: { everybody: FILTERED_RATIO_MIN, [sqlite.name]: SQLITE_RATIO_MIN },
  });
}

/** One document by its id, and a field of it that is read. */
export async function measurePoints(stage: AccessStage, size: WindowSize): Promise<BenchRow[]> {
  const readable = [...stage.company.documentsOf(READER)];
  const ids = readable.map((number) => stage.company.ids[number] as string);
  const expected = readable.reduce((sum, number) => sum + fieldValue(number, 3), 0);
  const passOf = (view: GraphView) => ids.reduce((sum, id) => sum + fieldOf(view, id), 0);
  const pointsOf = (view: GraphView) => () =>
    timed(() => {
      let sum = 0;
      for (let pass = 0; pass < POINT_PASSES; pass++) sum += passOf(view);
      return sum;
    });
  const windows = await measureInTurns<Runner>(
    [
      { name: 'engine', run: pointsOf(stage.as(READER)) },
      { name: 'everybody', run: pointsOf(stage.view) },
    ],
    size,
    {
      operations: ids.length * POINT_PASSES,
      answer: [expected * POINT_PASSES],
      run: (runner) => runner.run(),
    },
  );
  return windows.rows('points that a caller reads', { ratios: { everybody: POINT_RATIO_MIN } });
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

async function timed(work: () => number): Promise<Timed> {
  let answer = 0;
  const seconds = await cpuSecondsOf(() => {
    answer = work();
  });
  return { seconds, answer: [answer] };
}

function countOf(view: Pick<GraphView, 'answer'>, rows: Rows): number {
  const plan: Plan = { members: [{ name: 'count', shape: { kind: 'count', rows } }] };
  const answer = view.answer(plan, LIMITS);
  assert(answer.status === PlanStatus.OK, 'a plan of a bench ends well');
  return (JSON.parse(Buffer.from(answer.json).toString()) as { count: number }).count;
}

function fieldOf(view: GraphView, id: string): number {
  const row = view.nodeById(id);
  return row === undefined ? 0 : Number(view.nodeValue(row, 'f3'));
}

function sumOfMasks(view: CallerView, row: NodeRow, paths: readonly string[]): number {
  let sum = 0;
  for (let count = 0; count < MASKS; count++) {
    for (const isRead of view.nodeMask(row, FieldVerb.READ, paths)) sum += isRead ? 1 : 0;
  }
  return sum;
}
