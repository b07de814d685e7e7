/** Authors who sign two commits with one number, and what becomes of what they have signed. */

import { readdir, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { BRANCHES_MAX } from '../../src/base/identity-limits.ts';
import type { Commit } from '../../src/delta/commit.ts';
import { Reason } from '../../src/delta/reason.ts';
import { appendFailure } from '../../src/log/append-failure.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { auditLog } from '../../src/space/audit-log.ts';
import type { AuthorTip } from '../../src/space/frontier.ts';
import { type MaskedTransaction, readMasked } from '../../src/space/masked.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { SinceGone, type Space } from '../../src/space/space.ts';
import { FailingLog } from '../fixture/failing-log.ts';
import { ForkedAuthor, place, relay } from '../fixture/forked-author.ts';
import { PeerLink } from '../fixture/peer-network.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = { source: 'type Place @node { code: ID! @id name: String }' };
const ACTOR = { actor: 'user:*' };

const logs = new WeakMap<OpenSpace, MemoryLog>();

describe('[A26] an author who has signed a number twice', () => {
  test('has no effect from that number on, whichever commit came first', async () => {
    const { host, away, author } = await pair();
    const first = author.sign(host, 'first');
    const [left, right] = ['left', 'right'].map((name) => author.sign(host, name, first));
    const last = author.sign(host, 'last', left);
    for (const commit of [first, left, last]) await taken(host, commit);
    for (const commit of [first, right]) await taken(away, commit);
    expect([namesOf(host), namesOf(away)]).toEqual([
      ['first', 'last', 'left'],
      ['first', 'right'],
    ]);
    expect(await relay(host, right as Commit)).toMatchObject({ kind: 'applied', masked: [0] });
    for (const commit of [left, last]) {
      expect(await relay(away, commit as Commit)).toMatchObject({ kind: 'applied', masked: [0] });
    }
    for (const space of [host, away]) expect(namesOf(space)).toEqual(['first']);
    expect(away.stateHash()).toBe(host.stateHash());
  });

  test('gives back what its writes had displaced', async () => {
    const { host, author } = await pair();
    await create(host, 'shared', 'before');
    const first = author.signDeltas(host, place(host, 'changed', 'shared'));
    await taken(host, first);
    expect(namesOf(host)).toEqual(['changed']);
    await taken(host, author.sign(host, 'other'));
    expect(namesOf(host)).toEqual(['before']);
  });

  test('has less effect when a lesser number turns out to be signed twice', async () => {
    const { host, author } = await pair();
    const chain = chainOf(author, host, ['a', 'b', 'c', 'd']);
    for (const commit of chain) await taken(host, commit);
    await taken(host, author.sign(host, 'x', chain[2]));
    expect(namesOf(host)).toEqual(['a', 'b', 'c']);
    await taken(host, author.sign(host, 'y', chain[0]));
    expect(namesOf(host)).toEqual(['a']);
    // Of a branch that is known more is taken without another look at the log.
    await taken(host, author.sign(host, 'z', chain[3]));
    expect(namesOf(host)).toEqual(['a']);
  });

  test('is refused where it hands the second one in itself', async () => {
    const { host, author } = await pair();
    await taken(host, author.sign(host, 'one'));
    const { bytes } = author.sign(host, 'two');
    expect(await host.receive(bytes)).toMatchObject({
      kind: 'refused',
      error: { code: ErrorCode.REFUSED, facts: { reason: Reason.SEQUENCE_TAKEN } },
    });
    expect(namesOf(host)).toEqual(['one']);
  });

  test('is believed only what follows a commit of its own', async () => {
    const { host, author } = await pair();
    const stranger = await ForkedAuthor.at(host, 'stranger');
    const [one, other] = [author.sign(host, 'one'), stranger.sign(host, 'other')];
    for (const commit of [one, other]) await taken(host, commit);
    const unknown = author.sign(host, 'unknown');
    const waiting = author.sign(host, 'waiting', unknown);
    await taken(host, author.sign(host, 'two', one));
    expect(await relay(host, waiting)).toMatchObject({
      error: { code: ErrorCode.CONFLICT, facts: { reason: Reason.SEQUENCE_GAP } },
    });
    expect(await relay(host, author.sign(host, 'wrong', other))).toMatchObject({
      error: { code: ErrorCode.REFUSED, facts: { reason: Reason.PREVIOUS_OTHER } },
    });
    expect(namesOf(host)).toEqual(['one', 'other', 'two']);
  });

  test('has so many branches at most', async () => {
    const { host, author } = await pair();
    for (let count = 0; count < BRANCHES_MAX; count++) {
      await taken(host, author.sign(host, `${count}`));
    }
    expect(await relay(host, author.sign(host, 'more'))).toMatchObject({
      error: { code: ErrorCode.REFUSED, facts: { reason: Reason.BRANCHES_LIMIT } },
    });
  });

  test('is told so where it is the author of this replica', async () => {
    const { host, away } = await pair();
    const settle = async () => undefined;
    const author = { key: host.replicated.key, advance: () => undefined, settle };
    const twin = await openMemorySpace({ joined: recordsOf(host), author });
    await create(host, 'here', 'here');
    await create(twin, 'there', 'there');
    for (const bytes of commitsOf(twin)) await relay(host, { bytes } as Commit);
    expect(namesOf(host)).toEqual([]);
    await expect(create(host, 'more', 'more')).rejects.toMatchObject({
      code: ErrorCode.FORBIDDEN,
      facts: { reason: 'author.forked' },
    });
    await host.seal();
    await create(host, 'more', 'more');
    expect(namesOf(host)).toEqual(['more']);
    expect(namesOf(away)).toEqual([]);
  });

  test('is not known as such where the log cannot take the second one', async () => {
    const full = { errno: -constants.errno.ENOSPC, syscall: 'write' };
    const failure = () => appendFailure(Object.assign(new Error('no room'), full));
    const log = new FailingLog(new MemoryLog(), 7, { worksAt: 8, failure });
    const host = await openMemorySpace({ definition: DEFINITION, log });
    const author = await ForkedAuthor.at(host);
    await taken(host, author.sign(host, 'one'));
    const other = author.sign(host, 'two');
    while (log.calls < 6) await create(host, `${log.calls}`, 'more');
    await expect(relay(host, other)).rejects.toThrow();
    expect(namesOf(host)).toContain('one');
    await taken(host, other);
    expect(namesOf(host)).not.toContain('one');
  });
});

describe('[A26] a log with a fork', () => {
  test('is sound, and starts to the same state with a snapshot and without', async () => {
    const directory = await temporaryDirectory();
    const options = { directory, definition: DEFINITION };
    const { author, state } = await forkedOnDisk(options);
    const audit = await auditLog(await openLogToRead(directory), undefined);
    expect(audit.problems).toEqual([]);
    for (const way of ['snapshot', 'log']) {
      if (way === 'log') await removeSnapshots(directory);
      await using again = (await openSpace(options)) as OpenSpace;
      expect([way, again.stateHash(), namesOf(again)]).toEqual([way, state, ['first']]);
    }
    await using last = (await openSpace(options)) as OpenSpace;
    await taken(last, author.sign(last, 'more'));
    expect(namesOf(last)).toEqual([]);
  });

  test('passes a snapshot over from before the fork was known', async () => {
    const directory = await temporaryDirectory();
    const options = { directory, definition: DEFINITION };
    const space = (await openSpace(options)) as OpenSpace;
    const author = await ForkedAuthor.at(space);
    await taken(space, author.sign(space, 'one'));
    await space[Symbol.asyncDispose]();
    const before = await snapshotsOf(directory);
    const again = (await openSpace(options)) as OpenSpace;
    await taken(again, author.sign(again, 'two'));
    const state = again.stateHash();
    await again[Symbol.asyncDispose]();
    for (const name of await snapshotsOf(directory)) {
      if (!before.includes(name)) await rm(join(directory, name));
    }
    await using last = (await openSpace(options)) as OpenSpace;
    expect([last.stateHash(), namesOf(last)]).toEqual([state, []]);
  });

  test('says which transactions are masked, and why', async () => {
    const { host, author } = await pair();
    const first = author.sign(host, 'first');
    for (const commit of [first, author.sign(host, 'a', first), author.sign(host, 'b', first)]) {
      await taken(host, commit);
    }
    const found: MaskedTransaction[] = [];
    const clock = { now: () => Date.now() };
    await readMasked(logOf(host), { clock, random: new Seeded(1) }, (each) => found.push(each));
    expect(found.map(({ reason }) => reason)).toEqual([
      { kind: 'fork', sequence: 2 },
      { kind: 'fork', sequence: 2 },
    ]);
  });

  test('has a past without what is masked now, and takes back what was told', async () => {
    const { host, author } = await pair();
    const first = author.sign(host, 'first');
    for (const commit of [first, author.sign(host, 'a', first)]) await taken(host, commit);
    const { position } = host;
    const before = await host.at({ cursor: position });
    expect(before.graph.nodeByKey('Place', 'a')).toBeDefined();
    before[Symbol.dispose]();
    const listener = {
      interest: { element: 'node' as const },
      isGone: false,
      hear: () => new Promise<boolean>(() => undefined),
    };
    const told = host.changesSince({ position: position - 1 }, listener);
    await taken(host, author.sign(host, 'b', first));
    expect(await told).toEqual({ kind: 'gone', reason: SinceGone.WITHDRAWN });
    const after = await host.at({ cursor: position });
    expect(after.graph.nodeByKey('Place', 'a')).toBeUndefined();
    expect(after.graph.nodeByKey('Place', 'first')).toBeDefined();
    after[Symbol.dispose]();
  });
});

describe('[A11] a seal of an author who has signed a number twice', () => {
  test('names all branches, which stay masked; the author goes on behind it', async () => {
    const { host, away, author } = await pair();
    const [left, right] = [author.sign(host, 'left'), author.sign(host, 'right')];
    const last = author.sign(host, 'last', left);
    for (const commit of [left, last, right]) await taken(host, commit);
    await host.seal();
    expect(namesOf(host)).toEqual([]);
    await taken(host, author.sign(host, 'next', last));
    expect(namesOf(host)).toEqual(['next']);
    expect(await relay(host, author.sign(host, 'other', right))).toMatchObject({
      kind: 'refused',
    });
    await exchange(host, away);
    expect([away.stateHash(), namesOf(away)]).toEqual([host.stateHash(), ['next']]);
    const again = await openMemorySpace({ log: logOf(host), isReadOnly: true });
    expect(again.stateHash()).toBe(host.stateHash());
  });

  test('leaves out the branch that it does not name, wherever that is', async () => {
    const { host, away, author } = await pair();
    const [left, right] = [author.sign(host, 'left'), author.sign(host, 'right')];
    await taken(host, left);
    for (const commit of [right, left]) await taken(away, commit);
    expect(namesOf(away)).toEqual([]);
    await host.seal();
    await exchange(host, away);
    expect([namesOf(host), namesOf(away)]).toEqual([['left'], ['left']]);
    expect(away.stateHash()).toBe(host.stateHash());
    expect(away.replicated.givenUp).toBe(1);
    const audit = await auditLog(logOf(away), undefined);
    expect(audit.problems).toEqual([]);
    const again = await openMemorySpace({ log: logOf(away), isReadOnly: true });
    expect(again.stateHash()).toBe(host.stateHash());
  });
});

describe('[Q34] replicas that hold other branches of an author', () => {
  test.each([1, 2, 3, 4, 5, 6])('come to hold all of them, seed %i', async (seed) => {
    const { host, away, author } = await pair();
    const random = new Seeded(seed);
    const known: Commit[] = chainOf(author, host, ['a', 'b', 'c']);
    for (const space of [host, away]) for (const commit of known) await taken(space, commit);
    for (let count = 0; count < 12; count++) {
      const space = random.pick([host, away]);
      const commit = author.sign(host, `${count}`, random.pick(known));
      await relay(space, commit);
      await create(space, `own ${count}`, `own ${count}`);
      if (space.replicated.positionOf(commit.hash) !== undefined) known.push(commit);
    }
    await exchange(host, away);
    expect(away.stateHash()).toBe(host.stateHash());
    const [ours, theirs] = [host, away].map(({ replicated }) => replicated.tips.map(tipText));
    expect(ours).toEqual(theirs);
  });

  test('find out while they are connected', async () => {
    const { host, away, author } = await pair();
    using link = new PeerLink([host, away], { random: new Seeded(3) });
    await until(() => link.isEven);
    const [left, right] = [author.sign(host, 'left'), author.sign(host, 'right')];
    await Promise.all([relay(host, left), relay(away, right)]);
    await until(() => link.errors.some((error) => error !== undefined));
    await exchange(host, away);
    for (const space of [host, away]) expect(namesOf(space)).toEqual([]);
    expect(away.stateHash()).toBe(host.stateHash());
    expect(link.errors.map((error) => error?.code)).toContain(ErrorCode.CONFLICT);
  });
});

/** Two replicas that hold the same, and an author whom both know. */
async function pair() {
  const log = new MemoryLog();
  const host = await openMemorySpace({ definition: DEFINITION, log });
  logs.set(host, log);
  const other = new MemoryLog();
  const away = await openMemorySpace({ joined: recordsOf(host), log: other });
  logs.set(away, other);
  const author = await ForkedAuthor.at(host);
  await host.certifyAuthor(away.author, 'away');
  await exchange(host, away);
  return { host, away, author };
}

function logOf(space: OpenSpace): MemoryLog {
  const log = logs.get(space);
  if (log === undefined) throw new Error('its log was not kept');
  return log;
}

function recordsOf({ replicated }: OpenSpace): Uint8Array[] {
  const heights = Array.from({ length: replicated.height }, (_, height) => height);
  return heights.map((height) => replicated.record(height) as Uint8Array);
}

/** Connects both until they hold the same: what is found out ends connections. */
async function exchange(one: OpenSpace, other: OpenSpace): Promise<void> {
  for (let count = 0; count < 10; count++) {
    using link = new PeerLink([one, other], { random: new Seeded(count), mayJoin: () => true });
    const isOver = () => link.errors.some((error) => error !== undefined);
    await until(() => link.isEven || isOver());
    if (!isOver()) return;
  }
  throw new Error('they do not come together');
}

async function taken(space: OpenSpace, commit: Commit | undefined): Promise<void> {
  expect(await relay(space, commit as Commit)).toMatchObject({ kind: 'applied' });
}

function chainOf(author: ForkedAuthor, space: OpenSpace, names: readonly string[]): Commit[] {
  const commits: Commit[] = [];
  for (const name of names) commits.push(author.sign(space, name, commits.at(-1)));
  return commits;
}

async function forkedOnDisk(options: { readonly directory: string }) {
  await using space = (await openSpace(options)) as OpenSpace;
  const author = await ForkedAuthor.at(space);
  const first = author.sign(space, 'first');
  for (const commit of [first, author.sign(space, 'a', first), author.sign(space, 'b', first)]) {
    await taken(space, commit);
  }
  return { author, state: space.stateHash() };
}

async function snapshotsOf(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.image'));
}

async function removeSnapshots(directory: string): Promise<void> {
  const names = await snapshotsOf(directory);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) await rm(join(directory, name));
}

function commitsOf({ replicated }: OpenSpace): Uint8Array[] {
  const positions = Array.from({ length: replicated.position }, (_, at) => at + 1);
  return positions.flatMap((position) => replicated.commitAt(position)?.bytes ?? []);
}

function tipText({ author, sequence, hash }: AuthorTip): string {
  return `${toHex(author)} ${sequence} ${toHex(hash)}`;
}

async function create(space: Space, key: string, name: string): Promise<void> {
  await space.write(ACTOR, (draft) => {
    const id = draft.createNode('Place', { key });
    draft.setNodeValue(id, 'name', name);
  });
}

/** Names that show, sorted. */
function namesOf({ graph }: Space): string[] {
  return [...graph.nodesOfType('Place')].map((row) => String(graph.nodeValue(row, 'name'))).sort();
}

async function until(holds: () => boolean, milliseconds = 5_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error('what was waited for did not come');
    await new Promise((next) => setTimeout(next, 5));
  }
}
