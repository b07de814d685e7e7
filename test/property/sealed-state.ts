/**
 * Random commits up to a seal, of which an engine takes all and another the state as a stream: both
 * must be the same, by their hashes, by their rows and by what a reference answers, and stay so
 * with all that comes later.
 */

import { IMAGE_START, VALUE_COUNTER } from '../../assembly/abi.ts';
import { VALUE_ADDS, VALUE_PLACES } from '../../assembly/abi-collections.ts';
import { SPACE_MEMORY_BYTES_MAX } from '../../src/base/limits.ts';
import type { Engine } from '../../src/engine/engine.ts';
import {
  type SealedCommit,
  SealedStateLoader,
  sealedState,
} from '../../src/engine/sealed-state.ts';
import type { MemoryPurpose } from '../../src/engine/stats.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { type ElementRecord, readStream } from '../fixture/sealed-stream.ts';
import { Seeded } from '../seeded.ts';
import { arrive, hashesOf } from './arrival.ts';
import { groupCommit } from './graph-commits.ts';
import { INDEXABLE, SPACE } from './graph-names.ts';
import { arrivalOrder, describePlan, inGroups, type Plan, randomPlan } from './graph-plan.ts';
import { differenceOf } from './plan-difference.ts';

const MASKED_SETS = 0.5;
const MASKED_COMMITS = 0.35;

/** Bytes of row 0, which is none and is there once any other was; blocks have no such row. */
const SAME_ROWS = {
  nodes: 36,
  edges: 20,
  transactions: 8,
  commits: 48,
  cells: 0,
  adjacency: 0,
} as const satisfies Partial<Record<MemoryPurpose, number>>;

/** Of the header page (assembly/memory/header.ts): what later commits are compared with. */
const HEADER_WORDS = {
  'low word of the newest clock': 64,
  'first transaction after the seal': 456,
};
/** The first transaction from which on rows are in the order of their stamps. */
const IN_ORDER = 176;

/** How often what matters was in a stream, or came after one. */
export class SealedStateTally {
  elementsNeverCreated = 0;
  edgesWithKey = 0;
  edgesToNoNode = 0;
  nestedPaths = 0;
  counters = 0;
  sets = 0;
  setsWithSeveral = 0;
  sequences = 0;
  sequencesWithSeveral = 0;
  naturalKeys = 0;
  keysAlone = 0;
  onlyNamed = 0;
  commitsLate = 0;
  commitsWithoutRows = 0;
  commitsAfter = 0;
  sealsAfter = 0;
}

/** What differs; undefined where nothing does. */
export async function runSealedState(
  seed: number,
  tally: SealedStateTally,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const isMasked = random.chance(MASKED_SETS);
  const plan = randomPlan(random, random.between(4, 40), 0.08).map((commit) =>
    isMasked ? { ...commit, isMasked: random.chance(MASKED_COMMITS) } : commit,
  );
  const order = arrivalOrder(plan, random);
  const seal = random.below((order.at(-1)?.seals ?? 0) + 1);
  const found = order.findIndex(({ seals }) => seals > seal);
  const cut = found < 0 ? order.length : found;
  const [before, after] = [order.slice(0, cut), order.slice(cut)];
  const difference = await compare({ seed, before, after, tally });
  return difference && `${difference}\nwith a seal after ${cut} of\n${describePlan(order)}`;
}

interface Halves {
  readonly seed: number;
  readonly before: Plan;
  readonly after: Plan;
  readonly tally: SealedStateTally;
}

async function compare({ seed, before, after, tally }: Halves): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await arrive(before, random);
  engine.compact();
  const chunks = [...sealedState(engine)];
  survey(chunks, before, tally);
  const loaded = await load(chunks, before, random);
  const [expected, got] = [hashesOf(engine), hashesOf(loaded)];
  if (got !== expected) return `${got} expected ${expected} after the stream`;
  const again = Buffer.concat([...sealedState(loaded)]);
  if (!again.equals(Buffer.concat(chunks))) return 'the stream expected to be the same again';
  const wrong = otherRows(engine, loaded) ?? wrongSum(loaded);
  if (wrong !== undefined) return wrong;
  for (const [type, path] of INDEXABLE) {
    for (const each of [engine, loaded]) each.declareIndex(type, path);
  }
  const seals = (before.at(-1)?.seals ?? 0) + 1;
  const difference = goOn({ engine, loaded, seals, after, random, tally });
  if (difference !== undefined) return difference;
  // A last seal that nothing follows is none to the reference.
  const isLast = after.length === 0;
  const asked = isLast ? undefined : differenceOf(loaded, [...before, ...after], random);
  if (asked !== undefined) return asked;
  for (const each of [engine, loaded]) each.compact();
  return hashesOf(engine) === hashesOf(loaded) ? undefined : 'the same expected after a last seal';
}

export async function load(
  chunks: readonly Uint8Array[],
  commits: readonly SealedCommit[],
  random: Seeded,
): Promise<Engine> {
  const loader = await SealedStateLoader.begin(SPACE, random, SPACE_MEMORY_BYTES_MAX);
  const half = random.below(commits.length + 1);
  loader.addCommits(commits.slice(0, half));
  loader.addCommits(commits.slice(half));
  for (const chunk of chunks) loader.take(chunk);
  return loader.end();
}

/** Names that are in no row any more are left out, so that texts may be fewer. */
function otherRows(engine: Engine, loaded: Engine): string | undefined {
  for (const purpose of Object.keys(SAME_ROWS) as (keyof typeof SAME_ROWS)[]) {
    const [own = 0, other = 0] = [engine, loaded].map((each) => {
      const { bytes, free } = each.stats().purposes[purpose];
      return bytes - free - (bytes === 0 ? 0 : SAME_ROWS[purpose]);
    });
    // The last seal passes by elements that none of its commits has written.
    if (purpose === 'cells' ? other > own : own !== other) {
      return `${purpose} expected ${own} bytes in use, got ${other}`;
    }
  }
  for (const [word, offset] of Object.entries(HEADER_WORDS)) {
    const [own, other] = [engine, loaded].map(({ memory }) => memory.u32(IMAGE_START + offset));
    if (own !== other) return `${word} expected ${own}, got ${other}`;
  }
  // From there on rows tell stamps: the loaded one has seen no commits but those that are named.
  const [own = 0, other = 0] = [engine, loaded].map(({ memory }) => {
    return memory.u32(IMAGE_START + IN_ORDER);
  });
  if (other > own) return `transactions in order expected from ${own} on, got from ${other} on`;
  return undefined;
}

interface Later {
  readonly engine: Engine;
  readonly loaded: Engine;
  /** That both have had. */
  readonly seals: number;
  readonly after: Plan;
  readonly random: Seeded;
  readonly tally: SealedStateTally;
}

function goOn({ engine, loaded, seals, after, random, tally }: Later): string | undefined {
  let sealed = seals;
  for (const group of inGroups(after, random, random.between(1, 6))) {
    for (; sealed < (group[0]?.seals ?? 0); sealed++) {
      for (const each of [engine, loaded]) each.compact();
      tally.sealsAfter += 1;
    }
    for (const each of [engine, loaded]) {
      each.prepare(group.map(groupCommit));
      for (const [ordinal, { isMasked, transactions }] of group.entries()) {
        if (isMasked === true) each.exports.maskCommit(ordinal, transactions.length);
      }
    }
    const [changes, other] = [engine.apply(), loaded.apply()];
    tally.commitsAfter += group.length;
    if (changes !== other) return `a later group expected ${changes} changes, got ${other}`;
    const [expected, got] = [hashesOf(engine), hashesOf(loaded)];
    if (got !== expected) return `${got} expected ${expected} after a later group`;
  }
  return undefined;
}

/** Counts what is in a stream. */
function survey(chunks: readonly Uint8Array[], commits: Plan, tally: SealedStateTally): void {
  const records = readStream(chunks);
  const nodes = records.filter((record) => record.kind === 'node');
  const edges = records.filter((record) => record.kind === 'edge');
  const names = records
    .filter((record) => record.kind === 'name')
    .map(({ text }) => text.toString());
  for (const edge of edges) {
    if (edge.key !== undefined) tally.edgesWithKey += 1;
    const ends = [edge.from, edge.to].map((end) => nodes[end - 1]);
    if (ends.some((end) => end?.created === 0)) tally.edgesToNoNode += 1;
  }
  for (const { key, created, cells } of nodes) {
    if (key !== undefined) tally.naturalKeys += 1;
    if (created !== 0 || cells.length !== 0) continue;
    if (key === undefined) tally.onlyNamed += 1;
    else tally.keysAlone += 1;
  }
  for (const element of [...nodes, ...edges]) surveyElement(element, names, tally);
  const filled = records.filter((record) => record.kind === 'transactions').length;
  tally.commitsWithoutRows += commits.length - filled;
  for (const [index, { clock }] of commits.entries()) {
    if (commits.slice(0, index).some((earlier) => earlier.clock >= clock)) tally.commitsLate += 1;
  }
}

function surveyElement(
  { created, cells }: ElementRecord,
  names: readonly string[],
  tally: SealedStateTally,
): void {
  if (created === 0 && cells.length > 0) tally.elementsNeverCreated += 1;
  for (const { path, kind, pieces } of cells) {
    if (names[path - 1]?.includes('.') === true) tally.nestedPaths += 1;
    if (kind === VALUE_COUNTER) tally.counters += 1;
    if (kind === VALUE_ADDS) tally.sets += 1;
    if (kind === VALUE_ADDS && pieces.length > 1) tally.setsWithSeveral += 1;
    if (kind === VALUE_PLACES) tally.sequences += 1;
    if (kind === VALUE_PLACES && pieces.length > 1) tally.sequencesWithSeveral += 1;
  }
}
