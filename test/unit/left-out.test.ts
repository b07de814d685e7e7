/** A seal that leaves out commits which a replica holds, and what the replica makes of them. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { FaultPoint, type Faults, noFaults } from '../../src/base/fault.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { readPayload, transactionId } from '../../src/delta/payload-reader.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { auditLog } from '../../src/space/audit-log.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { SinceGone, type Space } from '../../src/space/space.ts';
import { joinSpace } from '../fixture/peer-network.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SDL = 'type Place @node { code: ID! @id name: String visits: Int }';
const DEFINITION = { source: SDL };
const ACTOR = { actor: 'user:*' };

describe('[A12] a replica that holds more than a seal covers', () => {
  test('takes the seal, and has the state of the others', async () => {
    const { host, away } = await apart();
    await create(away, 'away', 'written while away');
    await create(host, 'host', 'written meanwhile');
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'away') === 'written while away');
    await bring(away, host);
    expect(away.stateHash()).toBe(host.stateHash());
    expect(nameOf(host, 'away')).toBe('written while away');
    expect(away.replicated.givenUp).toBe(1);
    expect(host.replicated.givenUp).toBe(0);
    expect(away.position).toBe(host.position + 1);
  });

  test('shows what its commits had displaced, until they are signed again', async () => {
    const { host, away } = await apart();
    await set(away, 'shared', 'away');
    await host.seal();
    const seen: unknown[] = [];
    away.watchRecords(() => seen.push(nameOf(away, 'shared')));
    await bring(host, away);
    expect(seen.at(-1)).toBe('before');
    await until(() => nameOf(away, 'shared') === 'away');
  });

  test('waits for what the seal covers and is not here', async () => {
    const { host, away } = await apart();
    await create(away, 'away', 'a');
    await create(host, 'host', 'b');
    await host.seal();
    const seal = host.replicated.record(host.replicated.height - 1) as Uint8Array;
    await expect(away.receiveRecord(seal)).rejects.toMatchObject({ code: ErrorCode.CONFLICT });
    expect([away.replicated.givenUp, nameOf(away, 'away')]).toEqual([0, 'a']);
    await bring(host, away);
    expect(away.replicated.givenUp).toBe(1);
  });

  test('refuses what was left out, and does not know it', async () => {
    const { host, away } = await apart();
    await create(away, 'away', 'a');
    const [old] = commitsOf(away).slice(-1) as [Uint8Array];
    await host.seal();
    await bring(host, away);
    for (const space of [host, away]) {
      expect(await space.receive(old)).toMatchObject({
        kind: 'refused',
        error: { facts: { reason: 'authority.behind' } },
      });
    }
  });

  test('tells who follows what was changed that it is taken back', async () => {
    const { host, away } = await apart();
    const before = away.position;
    await create(away, 'away', 'a');
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'away') === 'a');
    const listener = {
      interest: { element: 'node' as const },
      isGone: false,
      hear: async () => true,
    };
    const since = (position: number) => away.changesSince({ position }, listener);
    expect(await since(before)).toEqual({ kind: 'gone', reason: SinceGone.WITHDRAWN });
    expect(await since(before + 2)).toMatchObject({ kind: 'told', position: away.position });
  });

  test('has a past without what was left out', async () => {
    const { host, away } = await apart();
    await create(away, 'away', 'a');
    const { position } = away;
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'away') === 'a');
    const past = await away.at({ cursor: position });
    expect(past.graph.nodeByKey('Place', 'away')).toBeUndefined();
    expect(past.graph.nodeByKey('Place', 'shared')).toBeDefined();
    past[Symbol.dispose]();
    const now = await away.at({ cursor: away.position });
    expect(now.graph.nodeByKey('Place', 'away')).toBeDefined();
    now[Symbol.dispose]();
  });

  test('has a log that is sound, and starts from it to the same state', async () => {
    const { host, away, directory } = await apartOnDisk();
    await using _host = host;
    for (const key of ['one', 'two', 'three']) await create(away, key, key);
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'three') === 'three');
    const [state, { position }, author] = [away.stateHash(), away, toHex(away.author)];
    await away[Symbol.asyncDispose]();
    const audit = await auditLog(await openLogToRead(directory), undefined);
    expect(audit.problems).toEqual([]);
    for (const way of ['snapshot', 'log']) {
      const snapshots = (await readdir(directory)).filter((name) => name.endsWith('.image'));
      expect(snapshots.length, way).toBeGreaterThan(0);
      if (way === 'log') for (const name of snapshots) await rm(join(directory, name));
      await using again = await openSpace({ directory });
      expect([again.stateHash(), again.position, toHex(again.author)], way).toEqual([
        state,
        position,
        author,
      ]);
      const lineage = await again.nodeLineage(rowOf(again, 'three'), 'name');
      expect(lineage?.position, way).toBe(position);
    }
  });

  test('begins with a snapshot that holds nothing of it', async () => {
    const { host, away, directory } = await apartOnDisk();
    await using _host = host;
    await away[Symbol.asyncDispose]();
    const notes: string[] = [];
    await using back = await openSpace({ directory, note: (text) => notes.push(text) });
    await create(back, 'away', 'a');
    await host.seal();
    await bring(host, back as OpenSpace);
    await until(() => nameOf(back, 'away') === 'a');
    await bring(back as OpenSpace, host);
    expect(back.stateHash()).toBe(host.stateHash());
    expect(notes).toEqual([]);
  });
});

describe('[A25] transactions that a seal has left out', () => {
  test('are signed again with their ids, once, in their order', async () => {
    const { host, away } = await apart();
    const ids: string[] = [];
    for (let count = 0; count < 50; count++) {
      ids.push(await set(away, 'shared', `${count}`));
    }
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'shared') === '49');
    await bring(away, host);
    expect(nameOf(host, 'shared')).toBe('49');
    const own = transactionsOf(host).filter((id) => ids.includes(id));
    expect(own).toEqual(ids);
  });

  test('go before what is written meanwhile', async () => {
    const { host, away } = await apart();
    await set(away, 'shared', 'older');
    await host.seal();
    const isBrought = bring(host, away);
    const writes = Array.from({ length: 20 }, async (_, count) => {
      for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
      return await set(away, 'shared', `newer ${count}`);
    });
    await Promise.all([isBrought, ...writes]);
    await until(() => away.replicated.givenUp > 0 && transactionsOf(away).length >= 22);
    expect(nameOf(away, 'shared')).toMatch(/^newer/);
  });

  test('add to the set that they have named, be it their own', async () => {
    const { host, away } = await apart();
    await away.write(ACTOR, (draft) => {
      const id = draft.createNode('Place', { key: 'counted' });
      draft.setNodeValue(id, 'visits', 10n);
      draft.incrementNodeValue(id, 'visits', 1n);
    });
    await visit(away, 'counted', 2n);
    await visit(away, 'shared', 3n);
    await host.seal();
    await bring(host, away);
    await until(() => visitsOf(away, 'counted') === 13n && visitsOf(away, 'shared') === 103n);
    await bring(away, host);
    expect([visitsOf(host, 'counted'), visitsOf(host, 'shared')]).toEqual([13n, 103n]);
  });

  test('wait for what they name of another replica', async () => {
    const { host, away } = await apart();
    const third = await joined(host);
    await create(third, 'third', 'c');
    await third.write(ACTOR, (draft) => draft.setNodeValue(idOf(third, 'third'), 'visits', 5n));
    await bring(third, away);
    await visit(away, 'third', 2n);
    await set(away, 'shared', 'waits for nobody');
    await host.seal();
    await bring(host, away);
    await until(() => nameOf(away, 'shared') === 'waits for nobody');
    expect(nameOf(away, 'third')).toBeUndefined();
    await bring(host, third);
    await until(() => visitsOf(third, 'third') === 5n);
    await bring(third, away);
    await until(() => visitsOf(away, 'third') === 7n);
    for (const space of [host, third]) await bring(away, space);
    await bring(third, host);
    expect(new Set([host, away, third].map((space) => space.stateHash())).size).toBe(1);
  });

  test('are signed again when a second seal leaves out the new commits, too', async () => {
    const { host, away } = await apart();
    await create(away, 'away', 'a');
    for (let seal = 0; seal < 3; seal++) {
      await create(host, `host ${seal}`, 'b');
      await host.seal();
      await bring(host, away);
      await until(() => nameOf(away, 'away') === 'a');
    }
    await bring(away, host);
    expect(away.stateHash()).toBe(host.stateHash());
    expect(away.replicated.givenUp).toBe(3);
    expect(transactionsOf(host).length).toBe(new Set(transactionsOf(host)).size);
  });

  test('are signed after a start where the power went before', async () => {
    let left = Number.POSITIVE_INFINITY;
    const faults: Faults = {
      isArmed: () => false,
      reach: (point) => {
        if (point !== FaultPoint.APPEND_BEGUN) return;
        left -= 1;
        if (left < 0) throw new Error('the power goes');
      },
    };
    const { host, away, directory } = await apartOnDisk(faults);
    await using _host = host;
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push(await set(away, 'shared', `${count}`));
    await host.seal();
    left = 1;
    await bring(host, away);
    await expect(set(away, 'shared', 'never')).rejects.toMatchObject({
      code: ErrorCode.UNAVAILABLE,
    });
    expect(nameOf(away, 'shared')).toBe('before');
    await away[Symbol.asyncDispose]();
    await using back = (await openSpace({ directory })) as OpenSpace;
    await until(() => nameOf(back, 'shared') === '4');
    expect(transactionsOf(back).filter((id) => ids.includes(id))).toEqual(ids);
    await bring(back, host);
    expect(host.stateHash()).toBe(back.stateHash());
  });
});

/** Two replicas that hold the same, and have no connection. */
async function apart(): Promise<{ readonly host: OpenSpace; readonly away: OpenSpace }> {
  const host = await openMemorySpace({ definition: DEFINITION, log: new MemoryLog() });
  await begin(host);
  return { host, away: await joined(host) };
}

async function apartOnDisk(faults: Faults = noFaults) {
  const host = await openMemorySpace({ definition: DEFINITION });
  await begin(host);
  const directory = await temporaryDirectory();
  const records = Array.from(
    { length: host.replicated.height },
    (_, height) => host.replicated.record(height) as Uint8Array,
  );
  const away = (await openSpace({ directory, joined: records, faults })) as OpenSpace;
  await host.certifyAuthor(away.author, 'away');
  await bring(host, away);
  return { host, away, directory };
}

async function begin(host: OpenSpace): Promise<void> {
  await create(host, 'shared', 'before');
  await host.write(ACTOR, (draft) => draft.setNodeValue(idOf(host, 'shared'), 'visits', 100n));
}

async function joined(host: OpenSpace): Promise<OpenSpace> {
  const space = await joinSpace(host);
  await host.certifyAuthor(space.author, 'away');
  await bring(host, space);
  return space;
}

/** Hands over all that counts, in the order of the log; what waits is tried again. */
async function bring(from: OpenSpace, to: OpenSpace): Promise<void> {
  const { replicated } = from;
  const commits = commitsOf(from);
  for (let before = -1; to.position > before; ) {
    before = to.position;
    for (let height = to.replicated.height; height < replicated.height; height++) {
      const record = replicated.record(height) as Uint8Array;
      const outcome = await to.receiveRecord(record).catch((error: unknown) => error);
      if (!(outcome instanceof DatabaseError)) continue;
      if (outcome.code !== ErrorCode.CONFLICT) throw outcome;
      break;
    }
    for (const bytes of commits) await to.receive(bytes);
  }
}

function commitsOf({ replicated }: OpenSpace): Uint8Array[] {
  const commits: Uint8Array[] = [];
  for (let position = 1; position <= replicated.position; position++) {
    const commit = replicated.commitAt(position);
    if (commit?.bytes !== undefined) commits.push(Uint8Array.from(commit.bytes));
  }
  return commits;
}

/** Ids of the transactions that count, in the order of the log. */
function transactionsOf(space: OpenSpace): string[] {
  return commitsOf(space).flatMap((bytes) => {
    const { payloadBytes, layout } = decodeCommit(bytes);
    return readPayload(payloadBytes, layout).transactions.map(transactionId);
  });
}

async function create(space: Space, key: string, name: string): Promise<void> {
  await space.write(ACTOR, (draft) => {
    draft.setNodeValue(draft.createNode('Place', { key }), 'name', name);
  });
}

/** Answers the id of the transaction. */
async function set(space: Space, key: string, name: string): Promise<string> {
  const { transaction } = await space.write(ACTOR, (draft) => {
    draft.setNodeValue(idOf(space, key), 'name', name);
  });
  return transaction;
}

async function visit(space: Space, key: string, count: bigint): Promise<void> {
  await space.write(ACTOR, (draft) => {
    draft.incrementNodeValue(idOf(space, key), 'visits', count);
  });
}

function rowOf({ graph }: Space, key: string): NodeRow {
  const row = graph.nodeByKey('Place', key);
  if (row === undefined) throw new Error(`no place ${key}`);
  return row;
}

function idOf(space: Space, key: string): string {
  return space.graph.nodeId(rowOf(space, key));
}

function shownOf({ graph }: Space, key: string, path: string): unknown {
  const row = graph.nodeByKey('Place', key);
  return row === undefined ? undefined : graph.nodeValue(row, path);
}

function nameOf(space: Space, key: string): unknown {
  return shownOf(space, key, 'name');
}

function visitsOf(space: Space, key: string): unknown {
  return shownOf(space, key, 'visits');
}

async function until(holds: () => boolean, milliseconds = 5_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error('what was waited for did not come');
    await new Promise((next) => setTimeout(next, 5));
  }
}
