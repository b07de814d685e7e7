import { describe, expect, test } from 'vitest';
import { SYNC_WRITERS_MAX } from '../../src/base/connection-limits.ts';
import {
  INTAKE_AWAITED_BYTES_MAX,
  INTAKE_COMMITS_MAX,
  INTAKE_SMALL_BYTES_MAX,
  VERIFIER_THREADS_MAX,
  WRITE_QUEUE_MAX,
} from '../../src/base/limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { COMMIT_BYTES_MAX, type Commit, decodeCommit } from '../../src/delta/commit.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { encodeHeader } from '../../src/delta/header.ts';
import { EngineMemory } from '../../src/engine/memory.ts';
import { engineMemory } from '../../src/engine/module.ts';
import { EXAMINER_SCRATCH_BYTES } from '../../src/engine/payload-examiner.ts';
import { commitBlockBytes, Staging } from '../../src/engine/staging.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import type { Intake } from '../../src/space/intake.ts';
import { IntakeRoom } from '../../src/space/intake-room.ts';
import type { ChangeGroup, TransactionChanges } from '../../src/space/space.ts';
import { Door, envelope, onNode, payloadOf } from '../fixture/door.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const CLIENT = new Uint8Array(32).fill(3);

const city = (key: string): AddressedDelta =>
  onNode(ID, { operation: 'createNodeByKey', type: 'City', key });
const street = (number: bigint): AddressedDelta =>
  onNode(ID, { operation: 'createNode', type: 'Street', number });
/** The door hashes and signs it; only the engine sees that the path has an empty segment. */
const wrongPath = (): AddressedDelta => onNode(ID, { operation: 'set', path: 'a..b', value: 1n });

/** Commits of one author, each after the one before. */
function chain(door: Door, payloads: readonly Uint8Array[]): Uint8Array[] {
  let last: Commit | undefined;
  return payloads.map((payload, index) => {
    const follows =
      last === undefined
        ? {}
        : { sequence: index + 1, previous: last.hash, clock: last.header.clock + 1n };
    const bytes = door.sign(payload, follows);
    last = decodeCommit(bytes);
    return bytes;
  });
}

/** Counts how many entries come with each call. */
class CountingLog extends MemoryLog {
  readonly calls: number[] = [];

  override append(entries: readonly NewEntry[]): Promise<void> {
    this.calls.push(entries.length);
    return super.append(entries);
  }
}

async function answers(door: Door, commits: readonly Uint8Array[]): Promise<string[]> {
  const all = await Promise.all(commits.map((commit) => door.answer(commit)));
  return all.map((answer) => answer.split(':')[0] as string);
}

describe('[Q7] commits that come together', () => {
  test('go to the disk together, and each has its own position', async () => {
    const log = new CountingLog();
    const door = await Door.open({ log });
    const commits = chain(
      door,
      Array.from({ length: 20 }, (_, index) => payloadOf([city(`c${index}`)])),
    );
    const before = log.calls.length;
    const verdicts = await Promise.all(commits.map((commit) => door.receive(commit)));
    const positions = verdicts.map((verdict) =>
      verdict.kind === 'applied' ? verdict.position : 0,
    );
    expect(positions).toEqual(positions.map((_, index) => (positions[0] ?? 0) + index));
    expect(log.calls.slice(before)).toEqual([20]);
    expect(door.space.graph.counts().nodes).toBe(20);
  });

  test('one that the engine refuses holds up none but those that build on it', async () => {
    const door = await Door.open();
    const payloads = [[city('a')], [city('b')], [wrongPath()], [city('c')], [city('d')]];
    const commits = chain(
      door,
      payloads.map((deltas) => payloadOf(deltas)),
    );
    expect(await answers(door, commits)).toEqual([
      'applied',
      'applied',
      'MALFORMED',
      'CONFLICT',
      'CONFLICT',
    ]);
    expect(door.space.graph.counts().nodes).toBe(2);
    const next = door.sign(payloadOf([city('e')]));
    expect(await door.answer(next)).toBe('applied');
  });

  test('[Q7] those behind one that the engine refuses are judged by themselves', async () => {
    // Two of one seed are one space at two replicas.
    const doors = [await Door.open(), await Door.open()] as const;
    for (const { space } of doors) await space.certifyAuthor(publicKeyOf(CLIENT), 'client');
    const [door] = doors;
    const wrong = door.sign(payloadOf([wrongPath()]));
    const { hash, header } = decodeCommit(wrong);
    // The same number once more: none was taken.
    const right = door.sign(payloadOf([city('a')]));
    // A parent that is not here, whose clock says nothing.
    const payload = payloadOf([city('b')]);
    const child = door.header(payload, {
      author: publicKeyOf(CLIENT),
      sequence: 1,
      previous: undefined,
      parents: [hash],
      clock: header.clock - 1n,
    });
    const commits = [wrong, right, envelope(encodeHeader(child), payload, CLIENT)];
    const apart: string[] = [];
    for (const commit of commits) apart.push(...(await answers(doors[1], [commit])));
    expect(apart).toEqual(['MALFORMED', 'applied', 'CONFLICT']);
    expect(await answers(door, commits)).toEqual(apart);
    expect(door.space.stateHash()).toBe(doors[1].space.stateHash());
  });

  test('the same one twice is applied once, and known the second time', async () => {
    const door = await Door.open();
    const commits = chain(door, [payloadOf([city('a')]), payloadOf([city('b')])]);
    const [first, second] = commits as [Uint8Array, Uint8Array];
    expect(await answers(door, [first, first, second, first, second])).toEqual([
      'applied',
      'known',
      'applied',
      'known',
      'known',
    ]);
  });

  test('the same wrong one twice is refused twice, and never known', async () => {
    const door = await Door.open();
    const [wrong] = chain(door, [payloadOf([wrongPath()])]) as [Uint8Array];
    expect(await answers(door, [wrong, wrong])).toEqual(['MALFORMED', 'MALFORMED']);
    expect(await answers(door, [wrong])).toEqual(['MALFORMED']);
  });

  test('bytes that are no commit are refused and hold up nothing', async () => {
    const door = await Door.open();
    const [good] = chain(door, [payloadOf([city('a')])]) as [Uint8Array];
    expect(await answers(door, [new Uint8Array(3), good, Uint8Array.of(9, 9, 9, 9)])).toEqual([
      'MALFORMED',
      'applied',
      'UNSUPPORTED',
    ]);
  });
});

test('bytes that are longer than any commit are refused, and waited for by nobody', async () => {
  const door = await Door.open();
  const bytes = new Uint8Array(COMMIT_BYTES_MAX + 1).fill(1);
  expect(await door.answer(bytes)).toMatch(/^MALFORMED: a commit expected 4 to \d+ bytes, got/);
});

describe('those who watch groups', () => {
  test('get the transactions that touch what they name, whole, and no others', async () => {
    const door = await Door.open();
    const groups: [number, number][] = [];
    const read: Record<string, TransactionChanges[]> = {
      cities: [],
      streets: [],
      none: [],
      all: [],
    };
    door.space.watchGroups((group: ChangeGroup) => {
      groups.push([group.commits, group.transactions]);
      const of = (name: string) => [{ element: 'node', types: new Set([name]) }] as const;
      read.cities?.push(...group.read(of('City')));
      read.streets?.push(...group.read(of('Street')));
      read.none?.push(...group.read([{ element: 'edge' }]), ...group.read([]));
      read.all?.push(...group.read());
    });
    const commits = chain(door, [
      payloadOf([city('a')], [street(1n)], [city('b'), street(2n)]),
      payloadOf([street(3n)]),
    ]);
    await answers(door, commits);
    expect(groups).toEqual([[2, 4]]);
    const sizes = Object.entries(read).map(([name, found]) => [
      name,
      found.map(({ index, changes }) => [index, changes.length]),
    ]);
    expect(Object.fromEntries(sizes)).toEqual({
      cities: [
        [0, 1],
        [2, 2],
      ],
      streets: [
        [1, 1],
        [2, 2],
        [0, 1],
      ],
      none: [],
      all: [
        [0, 1],
        [1, 1],
        [2, 2],
        [0, 1],
      ],
    });
  });

  test('get one node by its id, also in the group that creates it', async () => {
    const door = await Door.open();
    const seen: number[] = [];
    const commit = door.sign(payloadOf([city('a')], [city('b')]));
    const nodes: string[] = [];
    door.space.watch(({ changes }) => {
      for (const change of changes) if (change.element === 'node') nodes.push(change.id);
    });
    await door.receive(commit);
    const [first] = nodes as [string];
    door.space.watchGroups((group) => {
      seen.push(group.read([{ element: 'node', node: first }]).length);
      expect(group.read([{ element: 'node', node: 'ZZZZZZZZZZZZZZZZ' }])).toEqual([]);
    });
    await door.space.write({ actor: 'user:a' }, (draft) => draft.setNodeValue(first, 'name', 'A'));
    const other = nodes[1] as string;
    await door.space.write({ actor: 'user:a' }, (draft) => draft.setNodeValue(other, 'name', 'B'));
    expect(seen).toEqual([1, 0]);
  });
});

describe('the room for commits', () => {
  /** The largest of which two are awaited at once. */
  const LARGE = largestCommit(INTAKE_AWAITED_BYTES_MAX / 2);

  test('goes to senders of small ones while large ones are awaited', async () => {
    const { intake } = (await Door.open()).space;
    const places = [intake.room(LARGE), intake.room(LARGE)];
    expect(places.every((place) => place?.length === LARGE)).toBe(true);
    expect(intake.room(INTAKE_SMALL_BYTES_MAX + 1)).toBeUndefined();
    expect(intake.room(INTAKE_SMALL_BYTES_MAX)).toHaveLength(INTAKE_SMALL_BYTES_MAX);
    intake.give(places[0] as Uint8Array);
    expect(intake.room(INTAKE_SMALL_BYTES_MAX + 1)).toBeDefined();
  });

  test.each([2, 4, 500])(
    'is there for each that hands in commits beside %i large ones',
    (count) => {
      const staging = new Staging();
      for (let thread = 0; thread < VERIFIER_THREADS_MAX; thread++) {
        staging.reserve(EXAMINER_SCRATCH_BYTES);
      }
      const memory = new EngineMemory(engineMemory());
      const room = new IntakeRoom(undefined as unknown as Intake, memory, staging);
      const large = largestCommit(INTAKE_AWAITED_BYTES_MAX / count);
      for (let place = 0; place < count; place++) expect(room.room(large)).toBeDefined();
      expect(room.room(large)).toBeUndefined();
      for (let place = 0; place < SYNC_WRITERS_MAX; place++) {
        expect(room.room(INTAKE_SMALL_BYTES_MAX), `small one ${place}`).toBeDefined();
      }
    },
  );

  test('is told of when a commit was judged, and counts no large one that has come', async () => {
    const { intake } = (await Door.open()).space;
    const all = largestCommit(INTAKE_AWAITED_BYTES_MAX);
    const place = intake.room(all) as Uint8Array;
    expect(intake.room(100_000)).toBeUndefined();
    const told = new Promise<void>((resolve) => intake.whenRoom(resolve));
    const outcome = new Promise((resolve) => intake.submit(place, resolve));
    expect(intake.room(100_000)).toHaveLength(100_000);
    expect(await outcome).toMatchObject({ kind: 'refused', error: { code: 'MALFORMED' } });
    await told;
    const rest = INTAKE_AWAITED_BYTES_MAX - commitBlockBytes(100_000);
    expect(intake.room(largestCommit(rest))).toBeDefined();
  });

  test('[Q8] ends before the queue of writes does, however small they are', async () => {
    const { intake } = (await Door.open()).space;
    const places = Array.from({ length: INTAKE_COMMITS_MAX }, () => intake.room(1) as Uint8Array);
    expect(INTAKE_COMMITS_MAX).toBeLessThan(WRITE_QUEUE_MAX);
    expect(intake.room(1)).toBeUndefined();
    intake.give(places[7] as Uint8Array);
    expect(intake.room(1)).toBeDefined();
  });
});

/** The largest commit whose block has no more than so many bytes. */
function largestCommit(blockBytes: number): number {
  let bytes = Math.floor(blockBytes / 1.5);
  while (commitBlockBytes(bytes) > blockBytes) bytes -= 1;
  return bytes;
}
