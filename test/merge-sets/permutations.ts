/**
 * A kept set in every order in which its commits can be handed in at a replica, causes or no
 * causes: what comes too early waits and is sent again. All come to one state, that of the model.
 */

import { differenceOf } from '../property/plan-difference.ts';
import { Seeded } from '../seeded.ts';
import { Difference, type DoorTally, KeptDoor } from './kept-door.ts';
import { KeptSender } from './kept-sender.ts';
import { type KeptSet, keptIds } from './kept-set.ts';
import { type SignedCommit, type SignedSet, SPACE, signSet } from './signed-set.ts';

/** How often a revocation comes behind what it masks, where there is one. */
const LATE_CHANCE = 0.1;

export class PermutationTally implements DoorTally {
  sets = 0;
  /** Sets of which not every permutation was run. */
  sampled = 0;
  permutations = 0;
  /** Of these, those in which some commit comes before one that it builds on. */
  early = 0;
  commitsWaited = 0;
  recordsWaited = 0;
  rebuilds = 0;
}

export interface PermutationOptions {
  readonly seed: number;
  readonly tally: PermutationTally;
  /** Of a set that has more, so many are drawn. */
  readonly most: number;
  /** Whether the sender forgets what waits, to see that this is found out. */
  readonly forgets?: boolean;
}

/** Returns what differs between two orders, or from the model; undefined when nothing does. */
export async function runPermutations(
  set: KeptSet,
  options: PermutationOptions,
): Promise<string | undefined> {
  const { seed, tally, most } = options;
  const random = new Seeded(seed);
  const signed = signSet(set);
  const sender = await KeptSender.of(signed);
  const { commits } = signed;
  const isSampled = factorial(commits.length) > most;
  tally.sets += 1;
  if (isSampled) tally.sampled += 1;
  let first: string | undefined;
  for (const order of isSampled ? drawn(commits, most, random) : permutations(commits)) {
    tally.permutations += 1;
    if (comesEarly(order, signed)) tally.early += 1;
    const door = await KeptDoor.open(random, tally);
    const difference =
      (await sendingDifference(sender, { ...options, order, door, random, signed })) ??
      (first === undefined ? modelDifference(door, signed, random) : undefined);
    const found = door.hashes();
    first ??= found;
    if (found === first && difference === undefined) continue;
    const wrong = difference ?? `${found} expected ${first}`;
    return `${set.name}: ${wrong}, in the order ${order.map((each) => commits.indexOf(each))}`;
  }
  return undefined;
}

/** What the replica does that it is not to do, or does not come to hold. */
async function sendingDifference(
  sender: KeptSender,
  sent: Pick<PermutationOptions, 'forgets'> & {
    readonly order: readonly SignedCommit[];
    readonly door: KeptDoor;
    readonly random: Seeded;
    readonly signed: SignedSet;
  },
): Promise<string | undefined> {
  const { order, door, random, signed, forgets = false } = sent;
  const isRevoked = signed.records.at(-1)?.body.kind === 'revocation';
  const isRecordLate = isRevoked && random.chance(LATE_CHANCE);
  try {
    await sender.send(order, door, { random, isRecordLate, forgets });
    return undefined;
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  }
}

function modelDifference(
  door: KeptDoor,
  { commits }: SignedSet,
  random: Seeded,
): string | undefined {
  door.declareIndexes();
  const plan = commits.map(({ planned }) => planned);
  return differenceOf(door.engine, plan, random, [...keptIds(SPACE), '0000000000000000']);
}

/** Whether a commit stands before one that it builds on. */
function comesEarly(order: readonly SignedCommit[], { commits }: SignedSet): boolean {
  const before = new Set<SignedCommit | undefined>();
  return order.some((signed) => {
    before.add(signed);
    return !signed.causes.every((cause) => before.has(commits[cause]));
  });
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

function* drawn<T>(items: readonly T[], count: number, random: Seeded): Generator<T[]> {
  for (let each = 0; each < count; each++) {
    const left = [...items];
    yield items.flatMap(() => left.splice(random.below(left.length), 1));
  }
}

function factorial(count: number): number {
  return count <= 1 ? 1 : count * factorial(count - 1);
}
