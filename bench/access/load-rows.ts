/** Loading grants, and what they take. */

import { GrantWriter } from '../../src/access/grants.ts';
import type { Tuple } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { MemoryPurpose } from '../../src/engine/stats.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { countText, expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { Company, type CompanySize, MODEL, membersOf, SPACE, userOf, viewerOf } from './company.ts';

const RATE_MIN = 1;
const GRANT_BYTES_MAX = 48;
const HEIGHT = 1;
/** Of a document. */
const GRANTS_EACH = 10;
const OF_GRANTS: readonly MemoryPurpose[] = [
  ...(['objects', 'sets', 'grants', 'blobs', 'objectIndex', 'grantIndex'] as const),
];

export async function measureGrants(size: CompanySize, windows: number): Promise<BenchRow[]> {
  const tuples = manyTuples(size);
  const rates: number[] = [];
  const bytes: number[] = [];
  for (let window = 0; window < windows; window++) {
    const engine = await Engine.create(SPACE, new SeededRandom(7));
    const writer = new GrantWriter(engine);
    writer.install(MODEL, undefined, HEIGHT);
    const before = grantBytes(engine);
    const start = performance.now();
    writer.make(tuples, HEIGHT);
    rates.push(tuples.length / (performance.now() - start) / 1e3);
    bytes.push((grantBytes(engine) - before) / tuples.length);
    // Each of them held until now, and none does any more.
    const some = tuples.slice(0, GRANTS_EACH);
    expectSame([writer.end(some, HEIGHT + 1), writer.end(some, HEIGHT + 2)], [some.length, 0]);
  }
  const name = `${countText(tuples.length)} grants of ${countText(size.documents)} documents`;
  const [value, unit] = [medianOf(rates), 'M/s'];
  return [
    benchRow({ name: `load of ${name}`, value, unit, target: RATE_MIN }),
    benchRow({
      name: `memory of ${name}, each`,
      value: medianOf(bytes),
      unit: 'B',
      target: GRANT_BYTES_MAX,
      better: Better.LOWER,
    }),
  ];
}

/** All different: of each document to so many users and groups. */
function manyTuples(size: CompanySize): Tuple[] {
  const { ids } = new Company(size);
  return ids.flatMap((id, document) =>
    Array.from({ length: GRANTS_EACH }, (_, count) => {
      const number = document * GRANTS_EACH + count;
      const subject = count < 2 ? membersOf(number % size.groups) : userOf(number % size.users);
      return viewerOf(id, subject);
    }),
  );
}

/** In use: not what slabs and tables hold for what is to come. */
function grantBytes(engine: Engine): number {
  const { purposes } = engine.stats();
  return OF_GRANTS.reduce((sum, name) => sum + purposes[name].bytes - purposes[name].free, 0);
}
