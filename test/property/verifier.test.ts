import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECK_BYTES } from '../../assembly/abi.ts';
import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { publicKeyOf, signEd25519 } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { type Commit, decodeCommit, signCommit } from '../../src/delta/commit.ts';
import { type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { InPlaceVerifier } from '../../src/engine/in-place-verifier.ts';
import { engineMemory } from '../../src/engine/module.ts';
import { Staging } from '../../src/engine/staging.ts';
import { inlineVerifier, type Verification } from '../../src/engine/verifier.ts';
import { VerifierPool } from '../../src/engine/verifier-pool.ts';
import { onNode, payloadOf } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_260_401;
const COMMITS = 1_500;
const KEY = new Uint8Array(32).fill(9);
const ID = 'AAAAAAAAAAAAAAAA';
/** Of texts, the shortest but none: leaves of short ones are hashed elsewhere than long ones. */
const SHORT = 30;
const LONG = 3_000;

interface Area {
  readonly memory: WebAssembly.Memory;
  readonly staging: Staging;
}

let memory: WebAssembly.Memory;
let staging: Staging;
let pool: VerifierPool;
let inPlace: InPlaceVerifier;

beforeAll(async () => {
  memory = engineMemory();
  staging = new Staging();
  pool = new VerifierPool({ memory, staging, threads: 2 });
  inPlace = new InPlaceVerifier({ memory, staging });
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
});

describe('verifiers in the memory of an engine', () => {
  test(`have the verdicts of verifyCommit, word for word, from seed ${SEED} on`, async () => {
    const commits: Commit[] = [];
    for (let seed = SEED; commits.length < COMMITS; seed++) {
      const decoded = decodedOrNone(mutated(new Seeded(seed)));
      if (decoded !== undefined) commits.push(stage(decoded.bytes));
    }
    const expected = (await inlineVerifier.verify(commits)).map(plain);
    const messages = new Map<string, number>();
    for (const refusal of expected) {
      const name = (refusal?.message ?? 'taken').replace(/\d+/g, 'n');
      messages.set(name, (messages.get(name) ?? 0) + 1);
    }
    for (let at = 0; at < commits.length; at += 100) {
      for (const verifier of [pool, inPlace]) {
        const answers = await verifier.verify(commits.slice(at, at + 100));
        expect(answers.map(plain), `from ${at} on`).toEqual(expected.slice(at, at + 100));
      }
    }
    expect([...messages.keys()].some((name) => name.includes('signature'))).toBe(true);
    expect([...messages.keys()].some((name) => name.includes('dictionary'))).toBe(true);
    expect([...messages.keys()].some((name) => name.includes('transactions'))).toBe(true);
    expect(messages.get('taken')).toBeGreaterThan(COMMITS / 10);
    expect(messages.size).toBeGreaterThanOrEqual(6);
  });

  test('check payloads ahead, of short transactions and of long ones', async () => {
    for (const textBytes of [SHORT, LONG]) {
      const commit = stage(signed(new Seeded(5), textBytes));
      for (const verifier of [pool, inPlace]) {
        const [answer] = await verifier.verify([commit]);
        expect(answer?.refusal).toBeUndefined();
        expect(answer?.check).toBeGreaterThan(commit.bytes.byteOffset);
      }
    }
  });

  test('verify what stands in another memory all the same', async () => {
    const bytes = signed(new Seeded(3));
    const commits = [decodeCommit(bytes), decodeCommit(withBit(bytes, -1))];
    for (const verifier of [pool, inPlace]) {
      const [good, bad] = await verifier.verify(commits);
      expect(good?.refusal).toBeUndefined();
      expect(bad?.refusal).toBeInstanceOf(DatabaseError);
    }
  });
});

describe('a pool of verifiers', () => {
  test('answers in order, whatever is asked at once', async () => {
    const good = stage(signed(new Seeded(1)));
    const bad = stage(withBit(signed(new Seeded(2)), -1));
    const asked = Array.from({ length: 40 }, (_, index) =>
      Array.from({ length: index % 5 }, (_, place) => ((index + place) % 3 === 0 ? bad : good)),
    );
    const answers = await Promise.all(asked.map((commits) => pool.verify(commits)));
    expect(answers.map((answer) => answer.map(({ refusal }) => refusal === undefined))).toEqual(
      asked.map((commits) => commits.map((commit) => commit === good)),
    );
  });

  test('that loses a thread waits for the others: they write behind their commits', async () => {
    const workers: Worker[] = [];
    const started = (worker: Worker): void => void workers.push(worker);
    process.on('worker', started);
    const area = { memory: engineMemory(), staging: new Staging() };
    await using both = new VerifierPool({ ...area, threads: 2 });
    const commits = Array.from({ length: 600 }, (_, index) =>
      stage(signed(new Seeded(index)), area),
    );
    await both.verify(commits.slice(0, 2));
    process.off('worker', started);
    const answer = both.verify(commits);
    await Promise.all([
      expect(answer).rejects.toThrow('got its end'),
      (workers[0] as Worker).terminate(),
    ]);
    const isChecked = ({ bytes }: Commit): boolean => {
      const { address } = area.staging.roomBehind(bytes.byteOffset, bytes.length);
      return new Uint8Array(area.memory.buffer, address, CHECK_BYTES).some((byte) => byte !== 0);
    };
    expect(commits.slice(2, 300).every(isChecked)).toBe(false);
    expect(commits.slice(300).every(isChecked)).toBe(true);
  });

  test('rejects what is asked after its end', async () => {
    const other = new Staging();
    const ended = new VerifierPool({ memory, staging: other, threads: 1 });
    await ended[Symbol.asyncDispose]();
    await expect(ended.verify([stage(signed(new Seeded(4)))])).rejects.toThrow('got its end');
  });
});

/** Some commits are whole; of the others one part is wrong, signed again or not. */
function mutated(random: Seeded): Uint8Array {
  const bytes = signed(random, random.pick([SHORT, SHORT, LONG]));
  const choice = random.below(6);
  if (choice === 0) return bytes;
  if (choice === 1) return withBit(bytes, -1 - random.below(60));
  if (choice === 2) return withBit(bytes, random.below(bytes.length));
  const { header, payloadBytes } = decodeCommit(bytes);
  const { transactionCount } = header;
  const wrong: Partial<CommitHeader>[] = [
    { transactionCount: transactionCount + random.between(1, 3) },
    { dictionary: random.bytes(32) },
    { root: random.bytes(32) },
    { author: publicKeyOf(random.bytes(32)) },
    {},
  ];
  const payload = Uint8Array.from(payloadBytes);
  if (random.chance(0.4)) payload[random.below(payload.length)] = random.below(256);
  return signedAs({ ...header, ...random.pick(wrong) }, payload);
}

function signed(random: Seeded, textBytes = SHORT): Uint8Array {
  const count = random.between(1, 6);
  const payload = payloadOf(
    ...Array.from({ length: count }, (_, index) => [
      onNode(ID, { operation: 'set', path: 'name', value: 'x'.repeat(index * textBytes) }),
    ]),
  );
  const header = {
    space: new Uint8Array(32).fill(1),
    epoch: 0,
    author: publicKeyOf(KEY),
    sequence: random.between(1, 9),
    previous: undefined,
    parents: [],
    authority: new Uint8Array(32).fill(2),
    clock: 5n,
  };
  return signCommit(header, payload, KEY).bytes;
}

function signedAs(header: CommitHeader, payload: Uint8Array): Uint8Array {
  const bytes = encodeHeader(header);
  const signedBytes = concatBytes(utf8('massive-graph/commit/v1\0'), sha256(bytes));
  const head = Uint8Array.of(1, 0, bytes.length & 0xff, bytes.length >> 8);
  return concatBytes(head, bytes, signEd25519(KEY, signedBytes), payload);
}

/** The commit in the staging area, with room for its check. */
function stage(bytes: Uint8Array, area: Area = { memory, staging }): Commit {
  const address = area.staging.takeCommit(bytes.length);
  const view = new Uint8Array(area.memory.buffer, address, bytes.length);
  view.set(bytes);
  return decodeCommit(view);
}

function decodedOrNone(bytes: Uint8Array): Commit | undefined {
  try {
    return decodeCommit(bytes);
  } catch {
    return undefined;
  }
}

/** A bit flipped; places below 0 count from the end. */
function withBit(bytes: Uint8Array, place: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const at = place < 0 ? bytes.length + place : place;
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

function plain({
  refusal,
}: Verification): Pick<DatabaseError, 'code' | 'message' | 'facts'> | undefined {
  if (refusal === undefined) return undefined;
  return { code: refusal.code, message: refusal.message, facts: refusal.facts };
}
