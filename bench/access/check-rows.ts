/** Checks: of each document by callers old and new, and of single pairs of user and document. */

import { Permissions } from '../../src/access/permissions.ts';
import { assert } from '../../src/base/assert.ts';
import { countText, measureRepeated, type WindowSize } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { DOCUMENT, MODEL, userOf } from './company.ts';
import type { NativeWalk } from './native-walk.ts';
import type { AccessStage } from './stage.ts';
import { ALL, countOf, READER, type Runner, timed } from './timed-reads.ts';

const REPEATED_RATE_MIN = 5;
const NEW_RATE_MIN = 1;
const SINGLE_USERS = 100;
const SINGLE_DOCUMENTS = 500;
/** In microseconds, that is: not in milliseconds. */
const SINGLE_MICROSECONDS_MAX = 1_000;

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

/** Checks as whoever asks makes them, one by one: how long the slowest of a hundred takes. */
export function measureSingleChecks(stage: AccessStage): BenchRow[] {
  const { company, height } = stage;
  const { ids, size } = company;
  const permissions = new Permissions(stage.engine);
  const microseconds: number[] = [];
  for (let asked = 0; asked < SINGLE_USERS; asked++) {
    const user = Math.floor((asked * size.users) / SINGLE_USERS);
    const readable = company.documentsOf(user);
    const own = [...readable];
    for (let step = 0; step < SINGLE_DOCUMENTS; step++) {
      // Half of them it may read, as far as there are so many.
      const number = step % 2 === 0 ? (asked * 7 + step * 193) % ids.length : undefined;
      const document = number ?? own[step % own.length] ?? 0;
      const object = { type: DOCUMENT, id: ids[document] as string };
      const question = { object, relation: 'read', subject: userOf(user) };
      const given = { context: new Map(), contextualTuples: [] };
      const start = performance.now();
      const isGranted = permissions.check({ ...question, ...given }, { model: MODEL, height });
      microseconds.push((performance.now() - start) * 1e3);
      assert(isGranted === readable.has(document), 'a check answers what the company says');
    }
  }
  microseconds.sort((left, right) => left - right);
  const name = 'a single check by one of many users';
  return [
    benchRow({ name: `${name}, median`, value: medianOf(microseconds), unit: 'us' }),
    benchRow({
      name: `${name}, p99`,
      value: microseconds[Math.floor(microseconds.length * 0.99)] ?? 0,
      unit: 'us',
      target: SINGLE_MICROSECONDS_MAX,
      better: Better.LOWER,
    }),
  ];
}
