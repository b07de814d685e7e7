/**
 * Takes what another replica has sent to begin with (schema/base.md). Nothing of it is believed:
 * the records make a chain of the space, whose newest seal names the last of the commits; the state
 * passes the checks of the engine; and outline and state have the hashes that the replica has
 * signed, so that it is known for what it is where they are wrong.
 */

import type { SealedTip } from '../../authority/body-fields.ts';
import { AuthorityChain } from '../../authority/chain.ts';
import { PermissionChain } from '../../authority/permission-chain.ts';
import { decodeRecord } from '../../authority/record.ts';
import { fromHex, sameBytes, toHex } from '../../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { sha256 } from '../../crypto/hash.ts';
import type { Engine } from '../../engine/engine.ts';
import { type SealedCommit, SealedStateLoader } from '../../engine/sealed-state.ts';
import { LogTree } from '../../log/log-tree.ts';
import { Outline } from '../../log/outline.ts';
import { readSealedCheckpoint, type SealedCheckpoint } from '../../log/sealed-checkpoint.ts';
import { outlinedForks } from '../outlined-forks.ts';
import type { SnapshotFacts } from '../snapshots.ts';

/** Commits that are handed to the engine at once. */
const GROUP_COMMITS = 4_096;

export interface ReceivedBase {
  /** The signed note. */
  readonly checkpoint: string;
  readonly outline: Uint8Array;
  /** Of the state, in their order. */
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface LoadBaseParts {
  /** SHA-256 of the genesis record. */
  readonly space: Uint8Array;
  /** The key of the replica that has sent it. */
  readonly signer: Uint8Array;
  readonly random: Random;
  readonly memoryBytesMax: number;
}

/** What a space is opened with. */
export interface LoadedBase {
  readonly checkpoint: string;
  readonly outline: Outline;
  readonly engine: Engine;
  /** Of a snapshot at the outline's end. */
  readonly facts: SnapshotFacts;
}

/**
 * Throws MALFORMED or REFUSED where it is not what it should be, LIMIT_EXCEEDED where the memory
 * has no room.
 */
export async function loadBase(parts: LoadBaseParts, received: ReceivedBase): Promise<LoadedBase> {
  const { space, signer, random, memoryBytesMax } = parts;
  const checkpoint = readSealedCheckpoint(received.checkpoint);
  expectSigner(checkpoint, parts);
  expectHash('outline', checkpoint.outline, sha256(received.outline));
  const outline = Outline.decode(received.outline);
  const chain = chainOf(outline, space, new AuthorityChain());
  expectTree(outline, checkpoint);
  expectSealed(outline, chain);
  const loader = await SealedStateLoader.begin(space, random, memoryBytesMax);
  for (const group of groupsOf(outline)) loader.addCommits(group);
  for await (const chunk of received.chunks) loader.take(chunk);
  const engine = loader.end();
  const state = fromHex(engine.stateHash(false));
  expectHash(`state that ${toHex(signer)} signed`, checkpoint.state, state);
  // An image has what the records say of permissions beside the graph.
  chainOf(outline, space, new AuthorityChain(new PermissionChain(engine, 0)));
  return { checkpoint: received.checkpoint, outline, engine, facts: factsOf(outline, chain) };
}

/**
 * What a start needs to know at a seal: the last commits of all authors, and the greatest clock,
 * are what the seals say. Commits behind a seal have it for what came before.
 */
export function factsOf(outline: Outline, chain: AuthorityChain): SnapshotFacts {
  const { seals } = chain;
  const authors = [...seals.newest.keys()].map((author) => {
    const last = seals.lastOf(author);
    return [author, { sequence: last?.sequence ?? 0, hash: toHex(last?.hash ?? NONE) }] as const;
  });
  const forks = outlinedForks(outline, chain);
  return {
    authors: Object.fromEntries(authors),
    ...(forks.length > 0 && { forks }),
    heads: [],
    clock: String(seals.clock),
    entry: toHex(outline.hashOf(outline.length) ?? NONE),
  };
}

const NONE = new Uint8Array(0);

function expectSigner({ space, author }: SealedCheckpoint, parts: LoadBaseParts): void {
  if (!sameBytes(space, parts.space)) throw refused(`space ${toHex(parts.space)}`, toHex(space));
  if (sameBytes(author, parts.signer)) return;
  throw refused(`to be signed by ${toHex(parts.signer)}`, toHex(author));
}

/** A chain with the records of the outline, each where its hash says. */
function chainOf(outline: Outline, space: Uint8Array, chain: AuthorityChain): AuthorityChain {
  for (const position of outline.authorityPositions) {
    const record = decodeRecord(outline.recordAt(position) ?? NONE);
    if (!sameBytes(record.hash, outline.hashOf(position) ?? NONE)) {
      throw refused(`record ${toHex(record.hash)}`, 'another hash of it');
    }
    chain.accept(record);
    if (sameBytes(chain.space, space)) continue;
    throw refused(`space ${toHex(space)}`, 'another genesis');
  }
  const isSealed = chain.length > 0 && chain.sealHeight === chain.length - 1;
  if (isSealed && outline.authorityPositions.at(-1) === outline.length) return chain;
  throw refused('a seal as its last entry', 'another');
}

function expectTree(outline: Outline, { size, root }: SealedCheckpoint): void {
  if (size !== outline.length) throw refused(`${size} entries`, `${outline.length}`);
  const tree = new LogTree((position) => outline.hashOf(position) ?? NONE);
  tree.grow(size);
  expectHash('tree of entries', root, tree.root());
}

/**
 * All numbers of each author are there up to the last that a seal covers, and so are the commits
 * that seals name, and the greatest clock.
 */
function expectSealed(outline: Outline, { seals }: AuthorityChain): void {
  const numbers = new Map<string, Numbers>();
  const named = new Map(namedTips(seals).map((tip) => [toHex(tip.hash), tip]));
  let clock = 0n;
  for (const commit of outline.commits()) {
    const author = toHex(commit.author);
    const ofAuthor = numbers.get(author) ?? new Numbers();
    numbers.set(author, ofAuthor);
    ofAuthor.add(commit.sequence);
    const name = toHex(commit.hash);
    const tip = named.get(name);
    if (tip !== undefined && tip.sequence === commit.sequence && toHex(tip.key) === author) {
      named.delete(name);
    }
    if (commit.clock > clock) clock = commit.clock;
  }
  for (const author of new Set([...numbers.keys(), ...seals.newest.keys()])) {
    const [last, held] = [seals.newest.get(author) ?? 0, numbers.get(author)?.greatest ?? 0];
    const isWhole = last === held && numbers.get(author)?.isWhole === true;
    if (!isWhole) throw refused(`all commits of ${author} up to ${last}`, `others up to ${held}`);
  }
  const [missing] = named.keys();
  if (missing !== undefined) throw refused(`commit ${missing}, which a seal names`, 'none');
  if (clock !== seals.clock) throw refused(`the greatest clock ${seals.clock}`, `${clock}`);
}

function namedTips(seals: AuthorityChain['seals']): readonly SealedTip[] {
  return [...seals.newest.keys()].flatMap((author) => seals.allTipsOf(author));
}

/** Numbers that have come, in any order and perhaps twice. */
class Numbers {
  /** All up to here have come; others that have stand apart. */
  #whole = 0;
  readonly #apart = new Set<number>();

  add(number: number): void {
    if (number > this.#whole + 1) this.#apart.add(number);
    else if (number === this.#whole + 1) this.#whole = number;
    while (this.#apart.delete(this.#whole + 1)) this.#whole += 1;
  }

  get greatest(): number {
    return [...this.#apart].reduce((one, other) => Math.max(one, other), this.#whole);
  }

  get isWhole(): boolean {
    return this.#apart.size === 0;
  }
}

function* groupsOf(outline: Outline): Generator<SealedCommit[]> {
  let group: SealedCommit[] = [];
  for (const { hash, author, clock } of outline.commits()) {
    group.push({ hash, author, clock });
    if (group.length < GROUP_COMMITS) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function expectHash(what: string, expected: Uint8Array, actual: Uint8Array): void {
  if (sameBytes(expected, actual)) return;
  throw refused(`the ${what} to be ${toHex(expected)}`, toHex(actual));
}

function refused(expected: string, actual: string): DatabaseError {
  const message = `what a replica begins with expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message);
}
