/**
 * Bad commits at the door: each mutant is refused with a typed error and changes nothing. Half of
 * the mutants are signed again with the author's key over consistent hashes, so that they pass the
 * signature and reach judge and prepare. One that is no bad input after all, by the reference
 * grammar and rules, must pass prepare and apply in an engine beside it, and is not counted.
 */

import { decodeRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit, verifyCommit } from '../../src/delta/commit.ts';
import { type CommitHeader, decodeHeader, encodeHeader } from '../../src/delta/header.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EntryKind } from '../../src/log/log.ts';
import type { Verdict } from '../../src/space/space.ts';
import { Door, envelope, payloadFields } from '../fixture/door.ts';
import { type Held, headerFaults } from '../reference/commit-rules.ts';
import { checkPayload } from '../reference/payload-grammar.ts';
import { Seeded } from '../seeded.ts';
import { changeHeader, type HeaderParts } from './door-header.ts';
import { mutateBytes, mutateStructure } from './door-mutations.ts';
import { randomPayload } from './door-payload.ts';

const COMMITS = 12;
/** Mutants that one pair of payloads is changed into. */
const MUTANTS_OF_ONE = 50;
/** One mutant in so many is larger than the format allows. */
const LARGE_ONE_IN = 20_000;
const SHOWN_BYTES_MAX = 4_096;
/** Fewer than half, since of the signed ones some are no bad input and are not counted. */
const UNSIGNED_SHARE = 0.45;
const STRANGER = new Uint8Array(32).fill(8);
const MESSAGE = /^.+ expected .+, got .+$/s;

export const Stage = {
  DECODE: 'decode',
  VERIFY: 'verify',
  JUDGE: 'judge',
  PREPARE: 'prepare',
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

export interface DoorOptions {
  readonly seed: number;
  readonly count: number;
  /** The grammar to hold the engine against; another shows that the check bites. */
  readonly grammar?: typeof checkPayload;
  /** The door to try; another shows that the check bites. */
  readonly receive?: (door: Door, bytes: Uint8Array) => Promise<Verdict>;
}

export class DoorTally {
  readonly stages = new Map<string, number>();
  readonly codes = new Map<string, number>();
  refused = 0;
  signedAgain = 0;
  wellFormed = 0;

  count(stage: Stage, code: ErrorCode): void {
    this.refused += 1;
    this.stages.set(stage, (this.stages.get(stage) ?? 0) + 1);
    const name = `${stage} ${code}`;
    this.codes.set(name, (this.codes.get(name) ?? 0) + 1);
  }

  /** Stages and codes that too few mutants reached for the run to prove something. */
  rare(): string[] {
    const stages = Object.values(Stage).flatMap((stage) => {
      const share = (this.stages.get(stage) ?? 0) / this.refused;
      return share >= 0.04 ? [] : [`${stage} refused ${(share * 100).toFixed(1)} % of the mutants`];
    });
    const codes = [
      'decode MALFORMED',
      'decode UNSUPPORTED',
      'verify REFUSED',
      'judge REFUSED',
      'judge CONFLICT',
      'prepare MALFORMED',
      'prepare CONFLICT',
      'prepare LIMIT_EXCEEDED',
    ].filter((name) => (this.codes.get(name) ?? 0) < 3);
    const signed = this.signedAgain * 2 >= this.refused ? [] : ['fewer than half are signed again'];
    return [...stages, ...codes.map((name) => `${name} is rare`), ...signed];
  }

  lines(): string[] {
    const stages = Object.values(Stage).map((stage) => `${stage} ${this.stages.get(stage) ?? 0}`);
    const codes = [...this.codes].sort(([left], [right]) => (left < right ? -1 : 1));
    return [
      `${this.refused} mutants refused, ${this.signedAgain} signed again; no trap, no change`,
      `refused at ${stages.join(', ')}`,
      ...codes.map(([name, count]) => `  ${name}: ${count}`),
      `${this.wellFormed} more were no bad input: an engine beside the door applied them`,
    ];
  }
}

/** Sends `count` bad commits to the door of a small space; throws at the first wrong answer. */
export async function checkDoor(options: DoorOptions): Promise<DoorTally> {
  const run = await DoorRun.start(options);
  while (run.tally.refused < options.count) await run.next();
  return run.tally;
}

/** What is sent, and what the reference says of it: the codes that may come, or none. */
interface Mutant {
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
  readonly expected: ReadonlySet<ErrorCode> | undefined;
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
  #payloads: readonly [Uint8Array, Uint8Array];
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
    this.#payloads = this.#newPayloads();
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
    if (this.#sent % MUTANTS_OF_ONE === 0) this.#payloads = this.#newPayloads();
    const mutant = this.#mutant();
    try {
      if (mutant.expected?.size === 0) this.#expectApplied(mutant);
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
    const { code, message } = verdict.error;
    if (!MESSAGE.test(message)) throw new Error(`no expected and got in: ${message}`);
    const { expected } = mutant;
    if (expected !== undefined && !expected.has(code)) {
      throw new Error(
        `the reference says ${[...expected].join(' or ')}, the door ${code}: ${message}`,
      );
    }
    const state = this.#state();
    if (state !== this.#before) throw new Error(`a refusal changed ${this.#before} to ${state}`);
    this.tally.count(stageOf(mutant.bytes, message), code);
    if (mutant.isSigned) this.tally.signedAgain += 1;
  }

  /** Not sent: the space must stay as it is. An engine beside it must prepare and apply it. */
  #expectApplied(mutant: Mutant): void {
    const commit = groupCommitOf(mutant.bytes);
    this.tally.wellFormed += 1;
    // The same change can come twice.
    if (this.#twin.clockOf(commit.hash) !== undefined) return;
    this.#twin.prepare([commit]);
    this.#twin.apply();
  }

  #mutant(): Mutant {
    const seeded = this.#seeded;
    const [payload, other] = this.#payloads;
    if (seeded.below(LARGE_ONE_IN) === 0) return this.#signed(largePayload(seeded, payload));
    if (seeded.chance(UNSIGNED_SHARE)) {
      const bytes = mutateBytes(this.#door.sign(payload), seeded, this.#door.sign(other));
      return { bytes, isSigned: false, expected: undefined };
    }
    const choice = seeded.below(10);
    if (choice < 5) return this.#signed(mutateBytes(payload, seeded, other));
    if (choice < 7) return this.#signed(mutateStructure(payload, seeded));
    if (choice < 9)
      return this.#withHeader(payload, changeHeader(this.#header(payload), seeded, this.#parts));
    const header = encodeHeader(this.#header(payload));
    return this.#withHeaderBytes(
      payload,
      mutateBytes(header, seeded, encodeHeader(this.#header(other))),
    );
  }

  #signed(payload: Uint8Array): Mutant {
    return this.#withHeader(payload, this.#header(payload));
  }

  #withHeader(payload: Uint8Array, header: CommitHeader): Mutant {
    return this.#withHeaderBytes(payload, encodeHeader(header));
  }

  #withHeaderBytes(payload: Uint8Array, headerBytes: Uint8Array): Mutant {
    const bytes = envelope(headerBytes, payload, this.#door.seed);
    return { bytes, isSigned: true, expected: this.#expected(headerBytes, payload) };
  }

  /** Codes that may come, none when the commit may be taken; undefined where nothing is said. */
  #expected(headerBytes: Uint8Array, payload: Uint8Array): Set<ErrorCode> | undefined {
    let header: CommitHeader;
    try {
      header = decodeHeader(headerBytes);
    } catch {
      return new Set([ErrorCode.MALFORMED, ErrorCode.UNSUPPORTED]);
    }
    const { transactionCount } = header;
    const fault = this.#grammar(payload, (hash) => this.#held.clocks.has(hash), transactionCount);
    const faults = headerFaults(header, this.#held);
    const fields = payloadFields(payload);
    if (header.payloadBytes !== fields.payloadBytes) faults.add(ErrorCode.MALFORMED);
    if (toHex(header.author) !== this.#held.author) faults.add(ErrorCode.REFUSED);
    if (toHex(header.root) !== toHex(fields.root)) faults.add(ErrorCode.REFUSED);
    if (toHex(header.dictionary) !== toHex(fields.dictionary)) faults.add(ErrorCode.REFUSED);
    if (fault !== undefined) faults.add(fault.code);
    // Bytes that cannot be cut into transactions are malformed before anything else is asked.
    if (fields.root.every((byte) => byte === 0)) return new Set([ErrorCode.MALFORMED]);
    return faults;
  }

  #header(payload: Uint8Array): CommitHeader {
    return {
      ...this.#next,
      ...payloadFields(payload),
    };
  }

  get #next(): CommitHeader {
    const { last, milliseconds } = this.#held;
    return {
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

  #newPayloads(): readonly [Uint8Array, Uint8Array] {
    const make = () => randomPayload(this.#seeded, this.#parts.commits);
    return [make(), make()];
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
  const { header, hash, payloadBytes } = decodeCommit(bytes);
  const { author, clock, transactionCount } = header;
  return { payloadBytes, clock, author, hash, transactionCount };
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
