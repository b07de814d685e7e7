/** Seals: what they fix, what they free, and what may come after them. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, describe, expect, test, vi } from 'vitest';
import type { SealBody } from '../../src/authority/body.ts';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { PROOF_RECORDS_MAX } from '../../src/base/limits.ts';
import { entryText, shownEntry } from '../../src/cli/log-entry.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { Commit } from '../../src/delta/commit.ts';
import { type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { EntryKind, type LogEntry, type NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { isBlamed } from '../../src/replication/peer-rules.ts';
import { auditLog } from '../../src/space/audit-log.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import {
  CITIES,
  Door,
  envelope,
  onNode,
  organisationSeed,
  payloadOf,
  recordHash,
  sortedTips,
  tipOf,
} from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const DEFINITION = { source: CITIES };
const CLIENT_SEED = new Uint8Array(32).fill(3);
const CLIENT = publicKeyOf(CLIENT_SEED);
const ACTOR = { actor: 'user:a' };

describe('[A11] a seal', () => {
  test('frees what was deleted and shows the same as before', async () => {
    const space = await openMemorySpace({ definition: DEFINITION });
    for (const key of ['a', 'b', 'c']) await create(space, key);
    await remove(space, 'b');
    const [content, state] = [space.stateHash({ content: true }), space.stateHash()];
    expect(usedNodes(space)).toBe(3);
    expect([await space.seal(), await space.seal()]).toEqual([true, false]);
    expect(usedNodes(space)).toBe(2);
    expect(space.stateHash({ content: true })).toBe(content);
    expect(space.stateHash()).not.toBe(state);
    expect(space.graph.nodeByKey('City', 'b')).toBeUndefined();
  });

  test('names the last commit of each author that has written since, and its clock', async () => {
    const door = await sealedDoor();
    const first = sealsOf(door).at(-1);
    const last = door.commits().at(-1) as Commit;
    expect(first?.tips).toEqual([tipOf(last)]);
    expect(first?.clock).toBe(last.header.clock);
    await door.space.certifyAuthor(CLIENT, 'phone');
    expect(await door.answer(fromClient(door, 'd'))).toBe('applied');
    expect(await door.space.seal()).toBe(true);
    expect(sealsOf(door).at(-1)?.tips).toEqual([tipOf(door.commits().at(-1) as Commit)]);
  });

  test('is shown as other entries of the log are', async () => {
    const door = await sealedDoor();
    const shown = shownEntry(door.log.read(door.log.length) as LogEntry);
    const tips = [`${toHex(door.key)} 2`];
    const clock = String(sealsOf(door).at(-1)?.clock);
    expect(JSON.parse(JSON.stringify(shown))).toMatchObject({ record: 'seal', clock, tips });
    expect(entryText(shown)).toContain(`  tips        ${tips[0]}\n`);
  });

  test('is cited by what the server signs after it', async () => {
    const door = await sealedDoor();
    await create(door.space, 'c');
    const header = door.commits().at(-1)?.header as CommitHeader;
    expect(toHex(header.authority)).toBe(toHex(recordHash(door.records().at(-1))));
    expect(header.clock).toBeGreaterThan(sealsOf(door).at(-1)?.clock as bigint);
  });

  test('leaves lineage, proofs and increments of what stays', async () => {
    const space = await openMemorySpace({ definition: DEFINITION });
    await create(space, 'a');
    const set = async (people: bigint) => {
      await space.write(ACTOR, (draft) => draft.setNodeValue(idOf(space, 'a'), 'people', people));
    };
    await set(1n);
    await set(40n);
    await space.seal();
    await space.write(ACTOR, (draft) => draft.incrementNodeValue(idOf(space, 'a'), 'people', 2n));
    const node = space.graph.nodeByKey('City', 'a');
    if (node === undefined) throw new Error('the node stays');
    expect(space.graph.nodeValue(node, 'people')).toBe(42n);
    expect(await space.nodeLineage(node, 'people')).toMatchObject({ sequence: 3, index: 0 });
    expect(await space.nodeLineage(node)).toMatchObject({ sequence: 1 });
    await create(space, 'b');
    const after = space.graph.nodeByKey('City', 'b');
    for (const each of [node, after]) {
      const proof = each && (await space.nodeProof(each));
      expect(verifyProof(proof ?? '')).toMatchObject({ valid: true });
    }
  });

  test('[M14] a counter of a node that was deleted and created again counts', async () => {
    const space = await openMemorySpace({ definition: DEFINITION });
    await create(space, 'a');
    await remove(space, 'a');
    await create(space, 'a');
    await space.seal();
    for (const amount of [2n, 3n]) {
      await space.write(ACTOR, (draft) => {
        draft.incrementNodeValue(idOf(space, 'a'), 'people', amount);
      });
    }
    const node = space.graph.nodeByKey('City', 'a');
    expect(node && space.graph.nodeValue(node, 'people')).toBe(5n);
  });
});

describe('[C39] after a seal', () => {
  test('a commit that cites an earlier record is refused, one that is here known', async () => {
    const door = await Door.open();
    await door.space.certifyAuthor(CLIENT, 'phone');
    await create(door.space, 'a');
    const late = fromClient(door, 'late');
    await door.space.seal();
    const before = door.space.stateHash();
    const verdict = await door.receive(late);
    expect(verdict).toMatchObject({
      kind: 'refused',
      error: { code: 'REFUSED', facts: { reason: 'authority.behind' } },
    });
    expect(door.space.stateHash()).toBe(before);
    const [first] = [...door.log.entries(1)].filter(({ kind }) => kind === EntryKind.COMMIT);
    expect(await door.answer(first?.bytes as Uint8Array)).toBe('known');
    expect(await door.answer(fromClient(door, 'late'))).toBe('applied');
  });

  test('a clock must be above that of the seal, whatever the parents', async () => {
    const door = await sealedDoor();
    await door.space.certifyAuthor(CLIENT, 'phone');
    const clock = sealsOf(door).at(-1)?.clock as bigint;
    for (const [part, expected] of [
      [{ clock }, { kind: 'refused', error: { facts: { reason: 'clock.behind' } } }],
      [{ clock: clock + 1n }, { kind: 'applied' }],
    ] as const) {
      expect(await door.receive(fromClient(door, 'b', part))).toMatchObject(expected);
    }
  });

  test('a second commit of a sealed number is refused', async () => {
    const door = await sealedDoor();
    const other = door.sign(payloadOf([onNode(ID, byKey('other'))]), { sequence: 2 });
    expect(await door.receive(other)).toMatchObject({
      error: { facts: { reason: 'sequence.taken' } },
    });
  });
});

describe('[A13] a log with seals', () => {
  test('replays to the same state', async () => {
    const door = await sealedDoor();
    await remove(door.space, 'a');
    await create(door.space, 'c');
    await door.space.seal();
    await create(door.space, 'a');
    const again = await openMemorySpace({
      definition: DEFINITION,
      log: door.log,
      isReadOnly: true,
    });
    expect(again.stateHash()).toBe(door.space.stateHash());
    expect((await auditLog(door.log, undefined)).problems).toEqual([]);
  });

  test('starts from a snapshot before or after a seal, or none, to one state', async () => {
    const directory = await temporaryDirectory();
    const options = { directory, definition: DEFINITION };
    const hashes: string[] = [];
    {
      await using space = await openSpace(options);
      for (const key of ['a', 'b']) await create(space, key);
      await remove(space, 'b');
    }
    {
      // From here on there is a snapshot before the seal.
      await using space = await openSpace({ directory });
      await space.seal();
      await create(space, 'c');
      hashes.push(space.stateHash());
    }
    for (const keep of [2, 1, 0]) {
      for (const name of (await snapshotsOf(directory)).slice(keep))
        await rm(join(directory, name));
      await using space = await openSpace({ directory, isReadOnly: true });
      hashes.push(space.stateHash());
    }
    expect(new Set(hashes).size).toBe(1);
  });

  test.each<[string, (entries: NewEntry[]) => NewEntry[], RegExp]>([
    [
      'a seal before a commit that it names',
      ([...entries]) => entries.toSpliced(-2, 2, ...entries.slice(-2).reverse()),
      /a seal expected 2 commits of author [0-9a-f]{64} to be here, got 1/,
    ],
    [
      'a seal with another clock',
      (entries) => [...entries.slice(0, -1), sealAfter(entries, { clock: 5n })],
      /a seal expected the greatest clock \d+, got 5/,
    ],
    [
      'a seal with the clock of a commit that it leaves out',
      (entries) => [...entries.slice(0, -1), sealAfter(entries, { sequence: 1 })],
      /a seal expected the greatest clock \d+, got \d+/,
    ],
    [
      'a seal of an author who has written nothing',
      (entries) => [...entries.slice(0, -1), sealAfter(entries, { client: true })],
      /a seal expected 1 commits of author [0-9a-f]{64} to be here, got 0/,
    ],
  ])('[A12] is corrupt with %s', async (_, change, expected) => {
    const door = await Door.open();
    await door.space.certifyAuthor(CLIENT, 'phone');
    for (const key of ['a', 'b']) await create(door.space, key);
    await door.space.seal();
    const log = new MemoryLog();
    await log.append(change([...door.log.entries(1)]));
    await expect(openMemorySpace({ definition: DEFINITION, log })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(expected),
    });
    const { problems } = await auditLog(log, undefined);
    expect(problems.map(({ message }) => message).join()).toMatch(expected);
  });
});

test('[A12] a seal waits that covers a commit and not what that builds on', async () => {
  const door = await Door.open();
  await door.space.certifyAuthor(CLIENT, 'phone');
  for (const key of ['a', 'b']) await create(door.space, key);
  const parents = [door.commits().at(-1)?.hash as Uint8Array];
  expect(await door.answer(fromClient(door, 'c', { parents }))).toBe('applied');
  const state = door.space.stateHash();
  const clock = door.commits().at(-1)?.header.clock as bigint;
  const place = { space: door.space.replicated.space, height: 4, previous: door.space.authority };
  const [first, , last] = door.commits() as [Commit, Commit, Commit];
  const body = {
    kind: 'seal',
    ...place,
    clock,
    tips: sortedTips([tipOf(first), tipOf(last)]),
  } as const;
  const { bytes } = signRecord(body, organisationSeed);
  await expect(door.space.receiveRecord(bytes)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('a seal expected to cover what its commits build on'),
  });
  expect(door.space.stateHash()).toBe(state);
  await create(door.space, 'd');
});

test('[Q27] nobody is blamed for a seal with another clock', async () => {
  const door = await Door.open();
  await create(door.space, 'a');
  const clock = (door.commits().at(-1)?.header.clock ?? 0n) + 1n;
  const { space, height } = door.space.replicated;
  const body = { kind: 'seal', space, height, previous: door.space.authority, clock } as const;
  const tips = [tipOf(door.commits().at(-1) as Commit)];
  const { bytes } = signRecord({ ...body, tips }, organisationSeed);
  const refused = await door.space.receiveRecord(bytes).catch((error: unknown) => error);
  assert(refused instanceof DatabaseError);
  expect([refused.code, isBlamed(refused)]).toEqual(['REFUSED', false]);
});

test('a seal waits for a snapshot that is being copied, and writes wait for neither', async () => {
  const directory = await temporaryDirectory();
  const options = { directory, definition: DEFINITION, snapshotLogBytes: 1, sealEvery: 5 };
  await using space = await openSpace(options);
  const writes: Promise<void>[] = [];
  for (let count = 0; count < 60; count++) {
    const key = `k${count}`;
    const name = `${count}`.padEnd(200_000, 'x');
    writes.push(
      space
        .write(ACTOR, (draft) =>
          draft.setNodeValue(draft.createNode('City', { key }), 'name', name),
        )
        .then(() => (count % 2 === 0 ? remove(space, key) : undefined)),
    );
    if (count % 6 === 0) await Promise.all(writes.splice(0));
  }
  await Promise.all(writes);
  // A snapshot begins with a group, so that there must be one once its thread is there.
  await vi.waitFor(async () => {
    await create(space, 'more');
    await remove(space, 'more');
    expect((await snapshotsOf(directory)).length).toBeGreaterThan(0);
  }, 20_000);
  await space.seal();
  expect(space.graph.nodesOfType('City')).toHaveLength(30);
  expect(usedNodes(space)).toBe(30);
});

test('lineage needs none of thousands of seals, and a proof says that it needs all', async () => {
  const space = await openMemorySpace({ definition: DEFINITION });
  await create(space, 'a');
  for (let count = 0; count < PROOF_RECORDS_MAX; count++) {
    const people = BigInt(count);
    await space.write(ACTOR, (draft) => draft.setNodeValue(idOf(space, 'a'), 'people', people));
    await space.seal();
  }
  expect(usedTransactions(space)).toBe(2);
  await create(space, 'b');
  const [first, last] = ['a', 'b'].map((key) => space.graph.nodeByKey('City', key));
  if (first === undefined || last === undefined) throw new Error('both nodes are there');
  expect(await space.nodeLineage(last)).toMatchObject({
    authority: [{ kind: 'author', height: 2 }, { kind: 'genesis' }],
  });
  expect(verifyProof((await space.nodeProof(first)) ?? '')).toMatchObject({ valid: true });
  await expect(space.nodeProof(last)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
}, 60_000);

describe('a space that seals after so many commits', () => {
  test('does so while writing goes on, and counts on after a restart', async () => {
    const directory = await temporaryDirectory();
    const options = { directory, definition: DEFINITION, sealEvery: 3 };
    {
      await using space = await openSpace(options);
      for (const key of ['a', 'b']) await create(space, key);
      await settled();
      expect(usedTransactions(space)).toBe(2);
      await remove(space, 'a');
      await vi.waitFor(() => expect(usedTransactions(space)).toBe(1));
      await create(space, 'c');
    }
    await using space = await openSpace(options);
    await create(space, 'd');
    await settled();
    expect(usedTransactions(space)).toBe(3);
    await remove(space, 'b');
    await vi.waitFor(() => expect(usedTransactions(space)).toBe(2));
    expect([...space.graph.nodesOfType('City')]).toHaveLength(2);
  });

  test('says that a seal failed, and tries again after as many commits', async () => {
    const directory = await temporaryDirectory();
    const notes: string[] = [];
    const note = (text: string) => void notes.push(text);
    await using space = await openSpace({ directory, definition: DEFINITION, sealEvery: 2, note });
    for (const name of await readdir(directory)) {
      if (name.startsWith('organisation.')) await rm(join(directory, name));
    }
    for (const key of ['a', 'b', 'c', 'd']) {
      await create(space, key);
      await settled();
    }
    await vi.waitFor(() => expect(notes).toHaveLength(2));
    expect(notes).toEqual(Array(2).fill(expect.stringMatching(/^a seal failed: .+ got .+/)));
  });

  test.each([0, -1, 1.5, Number.NaN])('expects a count, not %s', async (sealEvery) => {
    await expect(openMemorySpace({ definition: DEFINITION, sealEvery })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

/** Long enough for a seal that must not come. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

async function snapshotsOf(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.image')).sort();
}

function byKey(key: string) {
  return { operation: 'createNodeByKey', type: 'City', key } as const;
}

async function create(space: Space, key: string): Promise<void> {
  await space.write(ACTOR, (draft) => draft.createNode('City', { key }));
}

async function remove(space: Space, key: string): Promise<void> {
  await space.write(ACTOR, (draft) => draft.deleteNode(idOf(space, key)));
}

function idOf({ graph }: Space, key: string): string {
  const node = graph.nodeByKey('City', key);
  if (node === undefined) throw new Error(`${key} is no node`);
  return graph.nodeId(node);
}

function usedNodes(space: Space): number {
  const { bytes, free } = space.usage().memory.purposes.nodes;
  return (bytes - free) / 36 - 1;
}

function usedTransactions(space: Space): number {
  const { bytes, free } = space.usage().memory.purposes.transactions;
  return (bytes - free) / 8 - 1;
}

/** A door after two commits and a seal. */
async function sealedDoor(): Promise<Door> {
  const door = await Door.open();
  for (const key of ['a', 'b']) await create(door.space, key);
  expect(await door.space.seal()).toBe(true);
  return door;
}

function sealsOf(door: Door): SealBody[] {
  const bodies = door.records().map((bytes) => decodeRecord(bytes).body);
  return bodies.filter((body) => body.kind === 'seal');
}

/** The first commit of another author, as of the newest record. */
function fromClient(door: Door, key: string, part: Partial<CommitHeader> = {}): Uint8Array {
  const payload = payloadOf([onNode(ID, byKey(key))]);
  const own = { author: CLIENT, sequence: 1, previous: undefined };
  const header = door.header(payload, { ...own, ...part });
  return envelope(encodeHeader(header), payload, CLIENT_SEED);
}

/** In the place of the last entry, a seal, which the organisation of a door has signed. */
function sealAfter(
  entries: readonly NewEntry[],
  part: { readonly clock?: bigint; readonly sequence?: number; readonly client?: boolean },
): NewEntry {
  const body = decodeRecord(entries.at(-1)?.bytes as Uint8Array).body as SealBody;
  const [first] = body.tips;
  if (first === undefined) throw new Error('a seal names an author');
  const { clock = body.clock, sequence = first.sequence, client = false } = part;
  const added = client ? [{ key: CLIENT, sequence: 1, hash: first.hash }] : [];
  const tips = [{ ...first, sequence, hash: hashOf(entries, sequence) }, ...added];
  const sealed = { ...body, clock, tips: sortedTips(tips) };
  const { hash, bytes } = signRecord(sealed, organisationSeed);
  return { kind: EntryKind.AUTHORITY, hash, bytes };
}

/** Of the commit with a number: the entries have those of one author. */
function hashOf(entries: readonly NewEntry[], sequence: number): Uint8Array {
  const commits = entries.filter(({ kind }) => kind === EntryKind.COMMIT);
  return commits[sequence - 1]?.hash as Uint8Array;
}
