import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { AuthorityChain } from '../../src/authority/chain.ts';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { sameBytes } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { type Checkpoint, readCheckpoint, signCheckpoint } from '../../src/log/checkpoint.ts';
import type { Log, LogEntry } from '../../src/log/log.ts';
import { treeOf } from '../../src/log/log-tree.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { auditLog } from '../../src/space/audit-log.ts';
import { CheckpointKeeper } from '../../src/space/checkpoint-keeper.ts';
import { Door, onNode, payloadOf } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

/** Genesis, definition, author. */
const RECORDS = 3;
const COMMITS = 6;
const ENTRIES = RECORDS + COMMITS;
const NOT_SIGNED = 'log: the log expected what the checkpoint signed, got';

let door: Door;

beforeEach(async () => {
  door = await Door.open();
  for (let count = 0; count < COMMITS; count++) await commit(door, `C${count}`);
});

async function commit(to: Door, key: string): Promise<void> {
  const create = { operation: 'createNodeByKey', type: 'City', key } as const;
  const bytes = to.sign(payloadOf([onNode('A'.repeat(16), create)]));
  expect(await to.answer(bytes)).toBe('applied');
}

/** A log of other entries, named by the hashes that the log gives them, or by others. */
async function logOf(entries: readonly LogEntry[], log: Log = door.log): Promise<MemoryLog> {
  const copy = new MemoryLog();
  for (const { position, kind, bytes } of entries) {
    await copy.append([{ kind, bytes, hash: log.hashOf(position) ?? new Uint8Array(32) }]);
  }
  return copy;
}

function entries(): LogEntry[] {
  return [...door.log.entries(1)];
}

function checkpointOf(log: Log, size = log.length): string {
  const tree = treeOf(log);
  tree.grow(size);
  const space = log.hashOf(1) ?? new Uint8Array();
  return signCheckpoint({ space, author: door.key, size, root: tree.root(size) }, door.seed);
}

async function problemsOf(log: Log, note?: string): Promise<string[]> {
  const { problems } = await auditLog(log, note);
  return problems.map(({ position, message }) => `${position ?? 'log'}: ${message}`);
}

describe('[T6] an audit', () => {
  test('of a log as the door let it in finds nothing', async () => {
    const audit = await auditLog(door.log, checkpointOf(door.log, 5));
    expect(audit).toMatchObject({
      entries: ENTRIES,
      commits: COMMITS,
      transactions: COMMITS,
      problems: [],
      problemCount: 0,
      checkpoint: { size: 5 },
    });
    expect((await auditLog(door.log, undefined)).checkpoint).toBeUndefined();
  });

  test('names the entry of every flipped bit', async () => {
    let found = 0;
    for (const entry of entries()) {
      for (let at = 0; at < entry.bytes.length; at += 13) {
        const bytes = Uint8Array.from(entry.bytes);
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        const changed = entries().map((each) =>
          each.position === entry.position ? { ...each, bytes } : each,
        );
        const problems = await problemsOf(await logOf(changed));
        expect(problems[0], `byte ${at} of entry ${entry.position}`).toMatch(
          new RegExp(`^${entry.position}: `),
        );
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(200);
  });

  test('names one entry for one fault, though others follow it', async () => {
    const changed = entries().map((entry) => ({ ...entry, bytes: Uint8Array.from(entry.bytes) }));
    const bytes = changed[RECORDS]?.bytes ?? new Uint8Array();
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    expect(await problemsOf(await logOf(changed))).toEqual([
      '4: a commit expected the transactions that its header hashes, got others',
    ]);
  });

  test('names a missing commit, a repeated one, a foreign one and a wrong hash', async () => {
    const all = entries();
    expect(
      (await problemsOf(await logOf(all.filter(({ position }) => position !== 5))))[0],
    ).toMatch(/^5: a commit expected sequence number 2, got 3/);
    expect((await problemsOf(await logOf([...all, ...all.slice(-1)])))[0]).toMatch(
      /^10: .*sequence number/,
    );
    const foreign = await Door.open({ seed: 9 });
    await commit(foreign, 'X');
    const mixed = await logOf(all);
    for (const { kind, bytes } of [...foreign.log.entries(RECORDS + 1)]) {
      await mixed.append([
        { kind, bytes, hash: foreign.log.hashOf(RECORDS + 1) ?? new Uint8Array() },
      ]);
    }
    expect((await problemsOf(mixed))[0]).toMatch(/^10: the log expected a commit of space/);
    const misnamed = await logOf(all.slice(0, -1));
    const last = all.at(-1);
    if (last === undefined) throw new Error('the log has entries');
    await misnamed.append([{ ...last, hash: sha256(new Uint8Array()) }]);
    expect((await problemsOf(misnamed))[0]).toMatch(/^9: the log expected hash /);
  });

  test('names a record of another owner, and a log that begins with no genesis', async () => {
    const [genesis, definition, author, ...rest] = entries();
    if (genesis === undefined || definition === undefined || author === undefined) {
      throw new Error('three records');
    }
    const forged = signRecord(decodeRecord(definition.bytes).body, new Uint8Array(32).fill(5));
    const problems = await problemsOf(
      await logOf([genesis, { ...definition, ...forged }, author, ...rest]),
    );
    expect(problems[0]).toMatch(/^2: an authority record expected the owner's signature/);
    expect(problems[1]).toMatch(/^3: an authority record expected height 1/);
    expect(problems[2]).toMatch(/^4: the log expected an authority record before it/);
    const uncertified = await problemsOf(await logOf([genesis, definition, ...rest]));
    expect(uncertified[0]).toMatch(/^3: the log expected an authority record before it/);
    expect((await problemsOf(await logOf(rest)))[0]).toMatch(
      /^1: the log expected a genesis before it/,
    );
  });

  test('names the first twenty problems and counts the rest', async () => {
    for (let count = 0; count < 20; count++) await commit(door, `D${count}`);
    const audit = await auditLog(await logOf(entries().slice(1)), undefined);
    expect(audit.problems).toHaveLength(20);
    expect(audit.problemCount).toBe(28);
  });
});

describe('[T5] a log that is not what was signed is named:', () => {
  test('cut', async () => {
    const note = checkpointOf(door.log);
    const cut = await logOf(entries().slice(0, -2));
    expect(await problemsOf(cut, note)).toEqual([
      `${NOT_SIGNED} a log that was cut from 9 to 7 entries`,
    ]);
  });

  test('rewritten by its own author, and longer', async () => {
    const note = checkpointOf(door.log);
    const rewritten = await Door.open();
    for (const key of ['C0', 'C1', 'other', 'C3', 'C4', 'C5', 'C6']) await commit(rewritten, key);
    expect(await problemsOf(rewritten.log)).toEqual([]);
    expect(await problemsOf(rewritten.log, note)).toEqual([
      `${NOT_SIGNED} a log that was rewritten within its first 9 entries`,
    ]);
  });

  test('against a checkpoint that is forged, or of a stranger', async () => {
    const seed = new Uint8Array(32).fill(6);
    const own = readCheckpoint(checkpointOf(door.log));
    const stranger = signCheckpoint({ ...own, author: publicKeyOf(seed) }, seed);
    expect((await problemsOf(door.log, stranger))[0]).toContain(
      'a checkpoint of a certified author',
    );
    expect((await problemsOf(door.log, signCheckpoint(own, seed)))[0]).toContain(
      'a valid signature',
    );
    expect((await problemsOf(door.log, 'none'))[0]).toContain('a note expected');
  });
});

describe('[T5] a keeper of checkpoints', () => {
  const keeper = (log: Log, directory: string | undefined) => {
    const chain = new AuthorityChain();
    for (const { bytes } of log.authority()) chain.accept(decodeRecord(bytes));
    const key = { seed: door.seed, publicKey: door.key };
    return new CheckpointKeeper({ log, chain, key, directory });
  };
  const sizes = (notes: readonly string[]) => notes.map((note) => readCheckpoint(note).size);

  test('signs the log as it is, once for each length, and keeps the latest', async () => {
    const directory = await temporaryDirectory();
    const kept = keeper(door.log, directory);
    const first = await Promise.all([kept.sign(), kept.sign()]);
    expect(first[0]).toBe(first[1]);
    await commit(door, 'more');
    const second = await kept.sign();
    expect(sizes([...first, second])).toEqual([ENTRIES, ENTRIES, ENTRIES + 1]);
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(second);
    expect(await keeper(door.log, directory).sign()).toBe(second);
    expect(await problemsOf(door.log, second)).toEqual([]);
    expect(sizes([await keeper(door.log, undefined).sign()])).toEqual([ENTRIES + 1]);
  });

  test('signs for another author what a log has grown to', async () => {
    const directory = await temporaryDirectory();
    const note = await keeper(door.log, directory).sign();
    const seed = new Uint8Array(32).fill(4);
    const chain = new AuthorityChain();
    for (const { bytes } of door.log.authority()) chain.accept(decodeRecord(bytes));
    const key = { seed, publicKey: publicKeyOf(seed) };
    const other = await new CheckpointKeeper({ log: door.log, chain, key, directory }).sign();
    const [before, after]: Checkpoint[] = [note, other].map(readCheckpoint);
    expect(before?.size).toBe(after?.size);
    expect(sameBytes(before?.author ?? seed, after?.author ?? seed)).toBe(false);
  });

  test('signs nothing over a log that was cut or rewritten', async () => {
    const directory = await temporaryDirectory();
    await keeper(door.log, directory).sign();
    const cut = await logOf(entries().slice(0, -1));
    await expect(keeper(cut, directory).sign()).rejects.toMatchObject({ code: ErrorCode.CORRUPT });
    const rewritten = await Door.open();
    for (let count = 0; count < ENTRIES; count++) await commit(rewritten, `R${count}`);
    const again = keeper(rewritten.log, directory).sign();
    await expect(again).rejects.toThrow('rewritten within its first 9 entries');
    await writeFile(join(directory, 'checkpoint'), 'none');
    await expect(keeper(door.log, directory).sign()).rejects.toThrow('a note expected');
  });
});
