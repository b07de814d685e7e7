/**
 * Bad commits at the door: each mutant is refused with a typed error and changes nothing. Half of
 * the mutants are signed again with the author's key over consistent hashes, so that they pass the
 * signature and reach judge and prepare. One that is no bad input after all, by the reference
 * grammar and rules, must pass prepare and apply in an engine beside it, and is not counted.
 */

import { decodeRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError, type ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit, verifyCommit } from '../../src/delta/commit.ts';
import { CommitFormat, type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { PayloadLayout } from '../../src/delta/payload-reader.ts';
import { Reason } from '../../src/delta/reason.ts';
import { flatten, withhold } from '../../src/delta/withhold.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EntryKind } from '../../src/log/log.ts';
import type { Verdict } from '../../src/space/commit-intake.ts';
import { Door, envelope, payloadFields } from '../fixture/door.ts';
import { readCommit } from '../reference/commit-reader.ts';
import { type Held, headerFaults } from '../reference/commit-rules.ts';
import { checkPayload } from '../reference/payload-grammar.ts';
import { Seeded } from '../seeded.ts';
import { changeHeader, type HeaderParts } from './door-header.ts';
import { mutateBytes, mutateStructure } from './door-mutations.ts';
import { randomPayload, randomSegmentedPayload } from './door-payload.ts';
import { DoorTally, Stage } from './door-tally.ts';

const COMMITS = 12;
/** Mutants that one pair of payloads is changed into. */
const MUTANTS_OF_ONE = 50;
/** One mutant in so many is larger than the format allows. */
const LARGE_ONE_IN = 20_000;
const SHOWN_BYTES_MAX = 4_096;
/** Fewer than half, since of the signed ones some are no bad input and are not counted. */
const UNSIGNED_SHARE = 0.45;
const STRANGER = new Uint8Array(32).fill(8);
/** More plain ones than others, as they come. */
const LAYOUTS = [
  PayloadLayout.PLAIN,
  PayloadLayout.PLAIN,
  PayloadLayout.FULL,
  PayloadLayout.PARTIAL,
] as const;
const PLAIN_BODY = { layout: PayloadLayout.PLAIN, payloadBytes: 0 };
const REASONS: ReadonlySet<unknown> = new Set(Object.values(Reason));
const MESSAGE = /^.+ expected .+, got .+$/s;

export interface DoorOptions {
  readonly seed: number;
  readonly count: number;
  /** The grammar to hold the engine against; another shows that the check bites. */
  readonly grammar?: typeof checkPayload;
  /** The door to try; another shows that the check bites. */
  readonly receive?: (door: Door, bytes: Uint8Array) => Promise<Verdict>;
}

/** Sends `count` bad commits to the door of a small space; throws at the first wrong answer. */
export async function checkDoor(options: DoorOptions): Promise<DoorTally> {
  const run = await DoorRun.start(options);
  while (run.tally.refused < options.count) await run.next();
  return run.tally;
}

/** What is sent, and what the reference says of it: codes that may come, none, or one reason. */
interface Mutant {
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
  readonly expected: ReadonlySet<ErrorCode> | string;
}

/** A payload, in the layout that its commit has. */
interface Body {
  readonly payload: Uint8Array;
  readonly layout: PayloadLayout;
  /** What the header says of its length. */
  readonly payloadBytes: number;
}

class DoorRun {
  readonly tally = new DoorTally();
  readonly #door: Door;
  readonly #twin: Engine;
  readonly #held: Held;
  readonly #parts: HeaderParts;
  readonly #grammar: typeof checkPayload;
  readonly #receive: (door: Door, bytes: Uint8Array) => Promise<Verdict>;
  readonly #before: string;
  readonly #seeded: Seeded;
  #bodies: readonly [Body, Body];
  #sent = 0;

  private constructor(door: Door, twin: Engine, options: DoorOptions) {
    this.#door = door;
    this.#twin = twin;
    this.#grammar = options.grammar ?? checkPayload;
    this.#receive = options.receive ?? ((to, bytes) => to.receive(bytes));
    this.#seeded = new Seeded(options.seed);
    this.#held = heldBy(door);
    this.#parts = {
      commits: door.commits().map(({ hash }) => hash),
      records: recordsOf(door),
      stranger: publicKeyOf(STRANGER),
      clocks: [...this.#held.clocks.values()],
    };
    this.#bodies = this.#newBodies();
    this.#before = this.#state();
  }

  /** A space with a few commits, and an engine beside it for what is no bad input. */
  static async start(options: DoorOptions): Promise<DoorRun> {
    const door = await Door.open({ seed: options.seed });
    const seeded = new Seeded(options.seed);
    for (let index = 0; index < COMMITS; index++) {
      const known = door.commits().map(({ hash }) => hash);
      const payload = randomPayload(seeded, known.length === 0 ? [new Uint8Array(32)] : known);
      await door.receive(door.sign(payload));
      await door.space.write({ actor: 'user:a' }, (draft) =>
        draft.setNodeValue(draft.createNode('City', { key: `c${index}` }), 'name', `n${index}`),
      );
      door.clock.milliseconds += 1_000;
    }
    const twin = await Engine.create(Buffer.from(door.space.id, 'hex'), seeded);
    for (const { bytes } of door.commits()) {
      twin.prepare([groupCommitOf(bytes)]);
      twin.apply();
    }
    return new DoorRun(door, twin, options);
  }

  async next(): Promise<void> {
    this.#sent += 1;
    if (this.#sent % MUTANTS_OF_ONE === 0) this.#bodies = this.#newBodies();
    const mutant = this.#mutant();
    try {
      const { expected } = mutant;
      const isGood = typeof expected !== 'string' && expected.size === 0;
      if (isGood) this.#expectApplied(mutant);
      else await this.#expectRefused(mutant);
    } catch (error) {
      const reason = error instanceof Error ? error.stack : String(error);
      const shown = toHex(mutant.bytes.subarray(0, SHOWN_BYTES_MAX));
      throw new Error(`mutant ${this.#sent}: ${reason}\n${shown}`, { cause: error });
    }
  }

  async #expectRefused(mutant: Mutant): Promise<void> {
    const verdict = await this.#receive(this.#door, mutant.bytes);
    if (verdict.kind !== 'refused') throw new Error(`expected a refusal, got ${verdict.kind}`);
    const { code, message, facts } = verdict.error;
    if (!MESSAGE.test(message)) throw new Error(`no expected and got in: ${message}`);
    const { expected } = mutant;
    const isRight = typeof expected === 'string' ? expected === facts.reason : expected.has(code);
    if (!isRight || !REASONS.has(facts.reason)) {
      const right = typeof expected === 'string' ? expected : [...expected].join(' or ');
      throw new Error(`the reference says ${right}, the door ${code} ${facts.reason}: ${message}`);
    }
    const state = this.#state();
    if (state !== this.#before) throw new Error(`a refusal changed ${this.#before} to ${state}`);
    this.tally.count(stageOf(mutant.bytes, message), code);
    this.tally.countForm(mutant.bytes);
    if (mutant.isSigned) this.tally.signedAgain += 1;
  }

  /** Not sent: the space must stay as it is. An engine beside it must prepare and apply it. */
  #expectApplied(mutant: Mutant): void {
    const commit = groupCommitOf(mutant.bytes);
    this.tally.wellFormed += 1;
    if (decodeCommit(mutant.bytes).layout === PayloadLayout.FULL) this.tally.segmented += 1;
    // The same change can come twice.
    if (this.#twin.clockOf(commit.hash) !== undefined) return;
    this.#twin.prepare([commit]);
    this.#twin.apply();
  }

  #mutant(): Mutant {
    const seeded = this.#seeded;
    const [body, other] = this.#bodies;
    const { payload, layout } = body;
    if (seeded.below(LARGE_ONE_IN) === 0) {
      const large = largePayload(seeded, randomPayload(seeded, this.#parts.commits));
      return this.#signed({ ...PLAIN_BODY, payload: large });
    }
    if (seeded.chance(UNSIGNED_SHARE)) {
      const bytes = mutateBytes(this.#commit(body), seeded, this.#commit(other));
      return { bytes, isSigned: false, expected: this.#expected(bytes) };
    }
    const choice = seeded.below(10);
    const isWhole = layout !== PayloadLayout.PARTIAL;
    if (choice < 7) {
      const mutant =
        choice < 5
          ? mutateBytes(payload, seeded, other.payload)
          : mutateStructure(payload, layout, seeded);
      return this.#signed({ ...body, payload: mutant, ...(isWhole && { payloadBytes: 0 }) });
    }
    const header = this.#header(body);
    if (choice < 9) {
      return this.#withHeader(body, encodeHeader(changeHeader(header, seeded, this.#parts)));
    }
    const rival = encodeHeader(this.#header(other));
    return this.#withHeader(body, mutateBytes(encodeHeader(header), seeded, rival));
  }

  /** With a header that fits as well as one can. */
  #signed(body: Body): Mutant {
    return this.#withHeader(body, encodeHeader(this.#header(body)));
  }

  #withHeader(body: Body, headerBytes: Uint8Array): Mutant {
    const bytes = this.#envelope(headerBytes, body);
    return { bytes, isSigned: true, expected: this.#expected(bytes) };
  }

  #commit(body: Body): Uint8Array {
    return this.#envelope(encodeHeader(this.#header(body)), body);
  }

  #envelope(headerBytes: Uint8Array, { payload, layout }: Body): Uint8Array {
    const bytes = envelope(headerBytes, payload, this.#door.seed);
    if (layout === PayloadLayout.PARTIAL) bytes[1] = 1;
    return bytes;
  }

  /** The reason of bytes that do not verify; for others the codes that may come. */
  #expected(bytes: Uint8Array): Set<ErrorCode> | string {
    const read = readCommit(bytes);
    if (typeof read === 'string') return read;
    const { header } = decodeCommit(bytes);
    const { transactionCount } = header;
    const holds = (hash: string) => this.#held.clocks.has(hash);
    const fault = this.#grammar(read.flat, holds, transactionCount);
    const faults = headerFaults(header, this.#held);
    // A replica that may read everything waits for the whole.
    if (read.form === 'partial') return Reason.FORM_PARTIAL;
    return faults.size === 0 && fault !== undefined ? fault.reason : faults;
  }

  #header({ payload, layout, payloadBytes }: Body): CommitHeader {
    const format = layout === PayloadLayout.PLAIN ? CommitFormat.PLAIN : CommitFormat.SEGMENTED;
    const fields = payloadFields(payload, layout);
    return {
      ...this.#next,
      format,
      ...fields,
      payloadBytes: payloadBytes || fields.payloadBytes,
    };
  }

  get #next(): CommitHeader {
    const { last, milliseconds } = this.#held;
    return {
      format: CommitFormat.PLAIN,
      space: Buffer.from(this.#held.space, 'hex'),
      epoch: 0,
      author: this.#door.key,
      sequence: last.sequence + 1,
      previous: Buffer.from(last.hash, 'hex'),
      parents: [],
      authority: this.#parts.records.at(-1) as Uint8Array,
      clock: BigInt(milliseconds) << 16n,
      transactionCount: 1,
      payloadBytes: 1,
      dictionary: new Uint8Array(32),
      root: new Uint8Array(32),
    };
  }

  #newBodies(): readonly [Body, Body] {
    const layout = this.#seeded.pick(LAYOUTS);
    return [this.#newBody(layout), this.#newBody(layout)];
  }

  #newBody(layout: PayloadLayout): Body {
    const { commits } = this.#parts;
    if (layout === PayloadLayout.PLAIN) {
      return { ...PLAIN_BODY, payload: randomPayload(this.#seeded, commits) };
    }
    const payload = randomSegmentedPayload(this.#seeded, commits, {
      transactionsMax: 3,
      segmentsMax: 4,
    });
    const full = { payload, layout: PayloadLayout.FULL, payloadBytes: 0 };
    if (layout === PayloadLayout.FULL) return full;
    const partial = withhold(decodeCommit(this.#commit(full)), () => this.#seeded.chance(0.4));
    return { payload: partial.payloadBytes, layout, payloadBytes: payload.length };
  }

  #state(): string {
    const { space, log } = this.#door;
    const { nodes, edges } = space.graph.counts();
    return `${space.stateHash()}, ${log.length} entries, ${nodes} nodes, ${edges} edges`;
  }
}

function heldBy(door: Door): Held {
  const commits = door.commits();
  const last = commits.at(-1);
  if (last === undefined) throw new Error('the space has commits');
  return {
    space: door.space.id,
    author: toHex(door.key),
    records: new Set(recordsOf(door).map(toHex)),
    clocks: new Map(commits.map(({ hash, header }) => [toHex(hash), header.clock])),
    last: { sequence: last.header.sequence, hash: toHex(last.hash) },
    milliseconds: door.clock.milliseconds,
  };
}

function recordsOf(door: Door): Uint8Array[] {
  return [...door.log.entries(1)]
    .filter(({ kind }) => kind === EntryKind.AUTHORITY)
    .map(({ bytes }) => decodeRecord(bytes).hash);
}

function groupCommitOf(bytes: Uint8Array): Parameters<Engine['prepare']>[0][number] {
  const commit = decodeCommit(bytes);
  const { header, hash } = commit;
  const { author, clock, transactionCount } = header;
  return { payloadBytes: flatten(commit), clock, author, hash, transactionCount };
}

/** The first stage that does not let the bytes pass; the door's own message tells the last two. */
function stageOf(bytes: Uint8Array, message: string): Stage {
  try {
    const commit = decodeCommit(bytes);
    try {
      verifyCommit(commit);
    } catch (error) {
      if (error instanceof DatabaseError) return Stage.VERIFY;
      throw error;
    }
  } catch (error) {
    if (error instanceof DatabaseError) return Stage.DECODE;
    throw error;
  }
  return /^delta \d+ of transaction \d+ expected/.test(message) ? Stage.PREPARE : Stage.JUDGE;
}

/** Beyond a limit of the format: bytes of the payload, of a value, or transactions. */
function largePayload(seeded: Seeded, payload: Uint8Array): Uint8Array {
  const large = new Uint8Array(seeded.pick([8_388_609, 8_390_000, 2_400_000]));
  large.set(payload.subarray(0, large.length));
  const dictionaryEnd = 4 + new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  const one = payload.subarray(dictionaryEnd);
  let at = payload.length;
  for (; at + one.length <= large.length; at += one.length) large.set(one, at);
  return seeded.chance(0.5) ? large : large.subarray(0, at);
}
