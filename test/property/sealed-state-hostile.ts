/**
 * Streams of a sealed state that somebody has altered: each is refused, or comes to an engine that
 * is whole. It can be sent again and comes to the same; commits and a seal after it pass. None
 * traps, and none takes memory that nothing was sent for.
 */

import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { sealedState } from '../../src/engine/sealed-state.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import {
  type ElementRecord,
  readStream,
  type StreamRecord,
  writeRecord,
} from '../fixture/sealed-stream.ts';
import { Seeded } from '../seeded.ts';
import { arrive, hashesOf } from './arrival.ts';
import { groupCommit } from './graph-commits.ts';
import { INDEXABLE, SPACE } from './graph-names.ts';
import { type Plan, randomPlan } from './graph-plan.ts';
import { load } from './sealed-state.ts';
import { brokenRule, sortedLines } from './sealed-stream-rules.ts';

/** Of one state. */
const ALTERED = 8;
const MASKED_COMMITS = 0.2;
const MEMORY_SLACK_BYTES = 4 * 2 ** 20;
/** Numbers at which something begins or ends. */
const EDGES = [0, 1, 2, 3, 255, 256, 65_535, 0x7f_ffff, 0xff_ffff, 0x7fff_ffff, 0xffff_ffff];
const KINDS = 15;

export class HostileStateTally {
  refused = 0;
  accepted = 0;
  /** Though they come to another state. */
  acceptedOthers = 0;
  /** By what the refusal expected. */
  readonly expected = new Map<string, number>();
}

/** What is wrong; undefined where nothing is. */
export async function runHostileState(
  seed: number,
  tally: HostileStateTally,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const plan = randomPlan(random, random.between(4, 30), 0.05).map((commit) => {
    return { ...commit, isMasked: random.chance(MASKED_COMMITS) };
  });
  const cut = plan.findIndex(({ seals }) => seals === plan.at(-1)?.seals);
  const commits = cut === 0 ? plan : plan.slice(0, cut);
  const engine = await arrive(commits, random);
  engine.compact();
  const chunks = [...sealedState(engine)];
  for (let count = 0; count < ALTERED; count++) {
    const altered = alter(chunks, random);
    const wrong = await judge({
      engine,
      altered,
      commits,
      later: plan.slice(commits.length),
      random,
      tally,
    });
    if (wrong !== undefined) return `${wrong}, of number ${count} of seed ${seed}`;
  }
  return undefined;
}

interface Altered {
  readonly engine: Engine;
  readonly altered: readonly Uint8Array[];
  readonly commits: Plan;
  readonly later: Plan;
  readonly random: Seeded;
  readonly tally: HostileStateTally;
}

async function judge(given: Altered): Promise<string | undefined> {
  const { engine, altered, commits, random, tally } = given;
  let loaded: Engine;
  try {
    loaded = await load(altered, commits, random);
  } catch (error) {
    if (!(error instanceof DatabaseError)) return `a typed error expected, got ${String(error)}`;
    const isRight = error.code === ErrorCode.MALFORMED || error.code === ErrorCode.LIMIT_EXCEEDED;
    if (!isRight) return `MALFORMED expected, got ${error.code}: ${error.message}`;
    tally.refused += 1;
    const sentence = error.message.replace(/ \(.*/, '').replaceAll(/\d+/g, 'N');
    tally.expected.set(sentence, (tally.expected.get(sentence) ?? 0) + 1);
    return undefined;
  }
  tally.accepted += 1;
  const records = readStream([Buffer.concat(altered)]);
  const broken = brokenRule({ space: SPACE, commits: commits.length, records });
  if (broken !== undefined) return `a refusal expected, as it breaks ${broken}`;
  if (loaded.stateHash(false) !== engine.stateHash(false)) tally.acceptedOthers += 1;
  else if (linesOf(loaded).join() !== linesOf(engine).join()) {
    return 'the same state expected with the same state hash';
  }
  if (loaded.imageBytes > engine.imageBytes + MEMORY_SLACK_BYTES) {
    return `about ${engine.imageBytes} bytes expected, got ${loaded.imageBytes}`;
  }
  return wrongSum(loaded) ?? (await goOn(loaded, given));
}

async function goOn(
  loaded: Engine,
  { commits, later, random }: Altered,
): Promise<string | undefined> {
  const again = await load([...sealedState(loaded)], commits, random);
  const hashes = hashesOf(loaded);
  if (hashesOf(again) !== hashes) return `${hashes} expected when it is sent again`;
  for (const [type, path] of INDEXABLE) {
    for (const each of [loaded, again]) each.declareIndex(type, path);
  }
  for (const commit of later) {
    for (const each of [loaded, again]) {
      each.prepare([groupCommit(commit)]);
      if (commit.isMasked === true) each.exports.maskCommit(0, commit.transactions.length);
      each.apply();
    }
  }
  for (const each of [loaded, again]) each.compact();
  return hashesOf(again) === hashesOf(loaded) ? undefined : 'one state expected after a seal';
}

/** What an engine would send, in one order. */
function linesOf(engine: Engine): string[] {
  return sortedLines(readStream([...sealedState(engine)]));
}

function alter(chunks: readonly Uint8Array[], random: Seeded): Uint8Array[] {
  const choice = random.below(10);
  if (choice < 2) return [alterBytes(Buffer.concat(chunks), random)];
  const records = readStream(chunks);
  if (choice < 3) leaveOut(records, random);
  else if (choice < 7) alterField(records, random);
  else alterOrder(records, random);
  const written = records.map(writeRecord);
  return random.chance(0.5) ? written : [Buffer.concat(written)];
}

function alterBytes(bytes: Buffer, random: Seeded): Uint8Array {
  if (random.chance(0.2)) return bytes.subarray(0, random.below(bytes.length + 1));
  for (let count = random.between(1, 3); count > 0; count--) {
    const at = random.below(bytes.length);
    bytes[at] = random.chance(0.5)
      ? random.below(256)
      : (bytes[at] as number) ^ (1 << random.below(8));
  }
  return bytes;
}

/** Records doubled, left out, moved, or exchanged. */
function alterOrder(records: StreamRecord[], random: Seeded): void {
  const from = random.below(records.length);
  const count = random.between(1, 3);
  const taken = records.slice(from, from + count);
  if (random.chance(0.6)) records.splice(from, count);
  if (random.chance(0.6)) records.splice(random.below(records.length + 1), 0, ...taken);
  recount(records, random);
}

/** A natural key, or a node that no edge has as an end, as if it had never been. */
function leaveOut(records: StreamRecord[], random: Seeded): void {
  const nodes = records.filter((record) => record.kind === 'node');
  const edges = records.filter((record) => record.kind === 'edge');
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const keyed = nodes.filter(({ key }) => key !== undefined);
  if (keyed.length > 0 && random.chance(0.3)) {
    delete random.pick(keyed).key;
    return;
  }
  const free = nodes.filter((_, index) => !ends.has(index + 1));
  if (free.length === 0) return;
  const few = free.filter(({ cells }) => cells.length === 0);
  const node = random.pick(few.length > 0 ? few : free);
  const number = nodes.indexOf(node) + 1;
  records.splice(records.indexOf(node), 1);
  for (const edge of edges) {
    if (edge.from > number) edge.from -= 1;
    if (edge.to > number) edge.to -= 1;
  }
  recount(records, random);
}

/** Mostly the end tells what there is, so that it is not what refuses. */
function recount(records: readonly StreamRecord[], random: Seeded): void {
  const end = records.at(-1);
  if (end?.kind !== 'end' || random.chance(0.1)) return;
  const of = (kind: string) => records.filter((record) => record.kind === kind).length;
  const transactions = records.reduce((sum, record) => {
    return sum + (record.kind === 'transactions' ? record.positions.length : 0);
  }, 0);
  end.counts = [transactions, of('name'), of('node'), of('edge')];
}

function alterField(records: StreamRecord[], random: Seeded): void {
  for (let count = random.between(1, 2); count > 0; count--) {
    const record = random.pick(records);
    if (record.kind === 'transactions') {
      if (random.chance(0.3)) record.commit = other(record.commit, random);
      else if (random.chance(0.5)) record.positions.push(random.below(65_536));
      else record.positions = record.positions.map((position) => (position + 1) & 0xffff);
    } else if (record.kind === 'name') {
      if (random.chance(0.3)) record.symbol = random.below(8);
      else
        record.text = Buffer.from(random.pick(['at', 'at.x', 'at.x.deep.', '', 'x', '\\', 'Note']));
    } else if (record.kind === 'end') {
      record.counts[random.below(4)] = other(1, random);
    } else alterElement(record, random);
  }
  recount(records, random);
}

function alterElement(record: ElementRecord, random: Seeded): void {
  const choice = random.below(10);
  if (choice < 2) record.created = other(record.created, random);
  else if (choice < 3) record.type = other(record.type, random) & 0xff_ffff;
  else if (choice < 4) record.flags = random.below(256);
  else if (choice < 5) alterName(record, random);
  else if (record.cells.length > 0) alterCells(record, random);
}

function alterName(record: ElementRecord, random: Seeded): void {
  if (random.chance(0.3)) return void delete record.key;
  if (record.kind === 'edge') {
    if (random.chance(0.4)) record.from = other(record.from, random);
    else if (random.chance(0.5)) record.to = other(record.to, random);
    else record.key = random.pick(EDGES);
  } else if (random.chance(0.5)) record.id = random.pick(['0123456789ABCDEF', '-'.repeat(16)]);
  else record.key = Buffer.from(random.pick(['', 'a', 'Zürich', 'k'.repeat(300)]));
}

function alterCells({ cells }: ElementRecord, random: Seeded): void {
  const cell = random.pick(cells);
  const { pieces } = cell;
  const choice = random.below(10);
  if (choice < 2) cell.writer = other(cell.writer, random);
  else if (choice < 3) cell.path = other(cell.path, random) & 0xff_ffff;
  else if (choice < 4) cell.kind = random.below(KINDS);
  else if (choice < 5) cells.push({ ...cell, path: other(cell.path, random) & 0xff_ffff });
  else if (pieces.length === 0) {
    const at = random.below(cell.content.length + 1);
    cell.content = Buffer.concat([cell.content.subarray(0, at), random.bytes(random.below(3))]);
  } else if (choice < 7) {
    const piece = random.pick(pieces);
    if (random.chance(0.5)) piece.writer = other(piece.writer, random);
    else piece.number = random.below(65_536);
  } else if (choice < 8) pieces.push(random.pick(pieces));
  else if (choice < 9) pieces.splice(random.below(pieces.length), 1);
  else pieces.reverse();
}

/** Mostly one near by, so that it is one that is there. */
function other(number: number, random: Seeded): number {
  if (random.chance(0.3)) return random.pick(EDGES);
  return Math.max(0, number + random.between(-2, 2));
}
