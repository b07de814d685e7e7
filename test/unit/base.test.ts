/** What a new replica begins with: made, taken, gone on from, and refused where it is wrong. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { concatBytes, fromHex, sameBytes, toHex } from '../../src/base/bytes.ts';
import { PEER_RETRY_MILLISECONDS_MAX } from '../../src/base/connection-limits.ts';
import { SPACE_MEMORY_BYTES_MAX } from '../../src/base/limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeAuthorKey } from '../../src/crypto/author-key.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { BasedReadLog } from '../../src/log/based-log.ts';
import { LogTree } from '../../src/log/log-tree.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { encodeOutline, Outline } from '../../src/log/outline.ts';
import { readSealedCheckpoint, signSealedCheckpoint } from '../../src/log/sealed-checkpoint.ts';
import { loadBase, type ReceivedBase } from '../../src/space/base/load-base.ts';
import type { OfferedBase } from '../../src/space/base/offered-base.ts';
import { proveBase } from '../../src/space/base/prove-base.ts';
import { chunksOf } from '../../src/space/base/state-chunks.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { joinSpace, PeerLink } from '../fixture/peer-network.ts';
import { Seeded } from '../seeded.ts';

const SDL = 'type Place @node { code: ID! @id name: String visits: Int }';
const ACTOR = { actor: 'user:*' };
const EMPTY = new Uint8Array(0);
const open: (AsyncDisposable | Disposable)[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    if (Symbol.dispose in each) each[Symbol.dispose]();
    else await each[Symbol.asyncDispose]();
  }
});

describe('a replica that begins with what is sealed', () => {
  test('[O29] has the state at once, goes on, and seals like the others', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 40);
    await host.seal();
    const joined = await join(host);
    expect(joined.stateHash()).toBe(host.stateHash());
    expect(joined.replicated.past?.progress).toEqual({ entries: 44, held: 0 });
    await writePlaces(host, 'b', 10);
    await host.certifyAuthor(joined.author, 'joined');
    const link = connect(joined, host);
    await until(() => link.isEven && joined.replicated.isAuthor(joined.author));
    await writePlaces(joined, 'c', 10);
    await until(() => joined.stateHash() === host.stateHash());
    await host.seal();
    await until(() => joined.stateHash() === host.stateHash() && link.isEven);
    expect(joined.graph.counts().nodes).toBe(60);
    expect(link.errors).toEqual([undefined, undefined]);
  });

  test('[O31] refuses what asks for its history, until that has come [O33]', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 30);
    await host.seal();
    const joined = await join(host);
    const row = expectRow(joined);
    await expect(joined.nodeLineage(row, 'name')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      facts: { reason: 'history' },
    });
    const link = connect(joined, host);
    await until(() => joined.replicated.past?.isWhole === true);
    expect(await joined.nodeLineage(row, 'name')).toBeDefined();
    expect(link.errors).toEqual([undefined, undefined]);
  });

  test('[O32] gives others what they lack of its history, once it has come', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 30);
    await host.seal();
    const joined = await join(host);
    const whole = await join(host, { isWhole: true });
    const last = connect(whole, joined);
    const first = connect(joined, host);
    await until(() => whole.stateHash() === host.stateHash());
    expect([...first.errors, ...last.errors].filter((error) => error !== undefined)).toEqual([]);
  });

  test('[O32] asks one again that lacked what it wants, as it came to it later', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 30);
    await host.seal();
    const [second, third] = [await join(host), await join(host)];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const last = connect(third, second);
      await turns(() => last.isEven);
      expect(third.replicated.past?.progress.held).toBe(0);
      connect(second, host);
      await turns(() => second.replicated.past?.isWhole === true);
      expect(third.replicated.past?.isWhole).toBe(false);
      await vi.advanceTimersByTimeAsync(PEER_RETRY_MILLISECONDS_MAX + 100);
      await turns(() => third.replicated.past?.isWhole === true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('[O32] lets nobody fetch what one who is gone has brought, while it is taken', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 30);
    await host.seal();
    const { past } = (await join(host)).replicated;
    const [one, other] = [{}, {}];
    expect([past?.claim(one), past?.claim(other)]).toEqual([true, false]);
    const brought = past?.wanted(20).map((hash) => host.replicated.pastCommit(hash) ?? EMPTY) ?? [];
    const taken = past?.take(brought);
    past?.release(one);
    expect(past?.claim(other)).toBe(false);
    await taken;
    expect(past?.claim(other)).toBe(true);
    // The records of the begin came with them.
    expect(past?.progress.held).toBe(23);
  });

  test('[O23] [O25] [O35] offers just what the replica offers that it began with', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 30);
    await host.seal();
    const joined = await join(host);
    // [O35] What it has not seen itself it does not sign.
    expect(await joined.replicated.bases.offer()).toBeUndefined();
    connect(joined, host);
    await until(() => joined.replicated.past?.isWhole === true);
    await writePlaces(host, 'b', 5);
    await host.seal();
    await until(() => joined.stateHash() === host.stateHash());
    const [one, other] = [await offerOf(host), await offerOf(joined)];
    expect(toHex(outlineOf(other))).toBe(toHex(outlineOf(one)));
    const [theirs, own] = [one, other].map(({ checkpoint }) => readSealedCheckpoint(checkpoint));
    expect({ ...own, author: undefined }).toEqual({ ...theirs, author: undefined });
  });

  test('there is none before the first seal', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 3);
    expect(await host.replicated.bases.offer()).toBeUndefined();
    const joined = await join(host);
    expect(joined.replicated.past).toBeUndefined();
  });
});

describe('[O26] what is not what was signed is refused:', () => {
  test('another signer, and a checkpoint of another space', async () => {
    const { host, base } = await openSealed();
    const other = makeAuthorKey(systemRandom);
    await expect(load(host, base, { signer: other.publicKey })).rejects.toMatchObject({
      code: 'REFUSED',
    });
    const space = systemRandom.bytes(32);
    await expect(load(host, base, { space })).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('any byte of the outline', async () => {
    const { host, base } = await openSealed();
    for (const at of places(base.outline.length)) {
      const outline = flipped(base.outline, at);
      await expect(load(host, { ...base, outline })).rejects.toMatchObject({ code: 'REFUSED' });
    }
  });

  test('any byte of the state', async () => {
    const { host, base } = await openSealed();
    const chunks = [...(base.chunks as Uint8Array[])];
    let refused = 0;
    for (const [index, chunk] of chunks.entries()) {
      for (const at of places(chunk.length)) {
        const changed = chunks.with(index, flipped(chunk, at));
        const error = await load(host, { ...base, chunks: changed }).then(
          () => undefined,
          ({ code }: { readonly code: string }) => code,
        );
        expect(['MALFORMED', 'REFUSED', 'LIMIT_EXCEEDED']).toContain(error);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(50);
    const less = { ...base, chunks: chunks.slice(0, -1) };
    await expect(load(host, less)).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  test('an outline that the seals do not say, though the replica has signed it', async () => {
    const { host, base } = await openSealed();
    const bytes = base.outline;
    const outline = Outline.decode(bytes);
    // Of the last commit: its number, then its clock.
    const last = bytes.length - (outline.recordAt(outline.length)?.length ?? 0) - 37;
    const { key } = host.replicated;
    for (const at of [last - 16, last - 8]) {
      const changed = flipped(bytes, at);
      const signed = { ...readSealedCheckpoint(base.checkpoint), outline: sha256(changed) };
      const checkpoint = signSealedCheckpoint(signed, key.seed);
      const made = load(host, { ...base, checkpoint, outline: changed });
      await expect(made).rejects.toMatchObject({ code: 'REFUSED' });
    }
  });

  test('an outline without one of the commits, though the replica has signed it', async () => {
    const { host, base } = await openSealed();
    const whole = Outline.decode(base.outline);
    let refused = 0;
    for (const lacking of whole.commits()) {
      const entries = [...whole.entries()].filter(({ hash }) => !sameBytes(hash, lacking.hash));
      const { authors } = whole;
      const outline = encodeOutline({ authors, length: entries.length, entries });
      const tree = new LogTree((position) => entries[position - 1]?.hash ?? EMPTY);
      tree.grow(entries.length);
      const facts = { size: entries.length, root: tree.root(), outline: sha256(outline) };
      const signed = { ...readSealedCheckpoint(base.checkpoint), ...facts };
      const checkpoint = signSealedCheckpoint(signed, host.replicated.key.seed);
      await expect(load(host, { ...base, checkpoint, outline })).rejects.toThrow(
        /expected (all commits of|commit) \w+/,
      );
      refused += 1;
    }
    expect(refused).toBe(12);
  });

  test('a state that the replica has signed, and that is another', async () => {
    const { host, base } = await openSealed();
    const signed = { ...readSealedCheckpoint(base.checkpoint), state: systemRandom.bytes(32) };
    const checkpoint = signSealedCheckpoint(signed, host.replicated.key.seed);
    await expect(load(host, { ...base, checkpoint })).rejects.toMatchObject({ code: 'REFUSED' });
  });
});

describe('[O27] once all commits are here', () => {
  test('the state that was signed is what they come to, or its signer is convicted', async () => {
    const { host, base } = await openSealed();
    const outline = Outline.decode(base.outline);
    const history = new MemoryLog();
    for (const entry of outline.entries()) {
      const bytes = 'bytes' in entry ? entry.bytes : host.replicated.pastCommit(entry.hash);
      await history.append([{ ...entry, bytes: bytes ?? new Uint8Array(0) }]);
    }
    const logWith = (checkpoint: string, from: MemoryLog) =>
      new BasedReadLog({ base: { outline, checkpoint }, history: from, tail: new MemoryLog() });
    await proveBase(logWith(base.checkpoint, history), SPACE_MEMORY_BYTES_MAX);
    const { key } = host.replicated;
    const signed = readSealedCheckpoint(base.checkpoint);
    const lie = signSealedCheckpoint({ ...signed, state: systemRandom.bytes(32) }, key.seed);
    const proven = proveBase(logWith(lie, history), SPACE_MEMORY_BYTES_MAX);
    await expect(proven).rejects.toThrow(`as ${toHex(key.publicKey)} signed it`);
    const early = proveBase(logWith(lie, new MemoryLog()), SPACE_MEMORY_BYTES_MAX);
    await expect(early).rejects.toMatchObject({ facts: { reason: 'history' } });
  });
});

async function openHost(): Promise<OpenSpace> {
  const host = await openMemorySpace({ definition: { source: SDL } });
  open.push(host);
  return host;
}

async function join(host: OpenSpace, options?: Parameters<typeof joinSpace>[1]) {
  const joined = await joinSpace(host, options);
  open.push(joined);
  return joined;
}

async function openSealed(): Promise<{ readonly host: OpenSpace; readonly base: ReceivedBase }> {
  const host = await openHost();
  await writePlaces(host, 'a', 12);
  await host.seal();
  const offered = await offerOf(host);
  const chunks = [...chunksOf(offered.read(offered.outlineBytes, offered.stateBytes))];
  const { checkpoint } = offered;
  return { host, base: { checkpoint, outline: outlineOf(offered), chunks } };
}

async function offerOf(space: OpenSpace): Promise<OfferedBase> {
  const offered = await space.replicated.bases.offer();
  if (offered === undefined) throw new Error('nothing is sealed');
  return offered;
}

function outlineOf(offered: OfferedBase): Uint8Array {
  return offered.read(0, offered.outlineBytes);
}

async function load(
  host: OpenSpace,
  base: ReceivedBase,
  { signer = host.replicated.key.publicKey, space = fromHex(host.id) } = {},
) {
  const memory = { random: systemRandom, memoryBytesMax: SPACE_MEMORY_BYTES_MAX };
  return await loadBase({ space, signer, ...memory }, base);
}

function connect(one: OpenSpace, other: OpenSpace): PeerLink {
  const link = new PeerLink([one, other], { random: new Seeded(1), mayJoin: () => true });
  open.push(link);
  return link;
}

async function writePlaces(space: OpenSpace, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await space.write(ACTOR, (draft) => {
      const id = draft.createNode('Place', { key: `${prefix} ${index}` });
      draft.setNodeValue(id, 'name', `name ${index}`);
      draft.setNodeValue(id, 'visits', BigInt(index));
    });
  }
}

async function turns(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn === 20_000) throw new Error('it has not come to be so');
    await new Promise((next) => setImmediate(next));
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !isSo(); ) {
    if (performance.now() > end) throw new Error('it has not come to be so');
    await new Promise((next) => setTimeout(next, 2));
  }
}

/** Some of as many bytes, the first and the last among them. */
function places(count: number): number[] {
  const step = Math.max(1, Math.floor(count / 60));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step).concat(
    count - 1,
  );
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return concatBytes(
    bytes.subarray(0, at),
    Uint8Array.of((bytes[at] ?? 0) ^ 1),
    bytes.subarray(at + 1),
  );
}

function expectRow(space: OpenSpace) {
  const row = space.graph.nodeByKey('Place', 'a 3');
  if (row === undefined) throw new Error('the place is there');
  return row;
}
