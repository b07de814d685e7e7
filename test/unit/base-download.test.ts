/** The bytes of a base while they come: what an end leaves, and what is no base. */

import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  BASE_STATE_BYTES_MAX,
  BASE_STATE_CHUNK_BYTES_MAX,
} from '../../src/base/connection-limits.ts';
import { OUTLINE_BYTES_MAX } from '../../src/base/limits.ts';
import { BaseDownload } from '../../src/replication/base-download.ts';
import type { BaseOffer } from '../../src/replication/base-frame.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const OUTLINE = Uint8Array.of(1, 2, 3);
const CHUNKS = [Uint8Array.of(4), Uint8Array.of(5, 6)] as const;
const STATE = Uint8Array.of(1, 0, 0, 0, 4, 2, 0, 0, 0, 5, 6);
const OFFER: BaseOffer = {
  checkpoint: 'a note',
  outlineBytes: OUTLINE.length,
  stateBytes: STATE.length,
  digest: new Uint8Array(32),
};

test('[O28] what has come is there after a start, as long as the same is offered', async () => {
  const directory = await temporaryDirectory();
  {
    await using download = await BaseDownload.open(directory);
    expect(download.begin(OFFER)).toBe(0);
    download.add(OUTLINE);
    download.add(STATE.subarray(0, 6));
  }
  {
    await using download = await BaseDownload.open(directory);
    expect(download.begin(OFFER)).toBe(9);
    download.add(STATE.subarray(6));
    expect(download.outline(OFFER)).toEqual(OUTLINE);
    expect([...download.chunks(OFFER)]).toEqual(CHUNKS);
  }
  await using download = await BaseDownload.open(directory);
  expect(download.begin({ ...OFFER, digest: new Uint8Array(32).fill(1) })).toBe(0);
  expect(download.bytes).toBe(0);
  await download.remove();
  expect(await readdir(directory)).toEqual([]);
});

test('more than a base may have is refused before it comes', async () => {
  await using download = await BaseDownload.open(await temporaryDirectory());
  for (const beyond of [
    { outlineBytes: OUTLINE_BYTES_MAX + 1 },
    { stateBytes: BASE_STATE_BYTES_MAX + 1 },
  ]) {
    const code = (act: () => unknown) => expect(act).toThrow(/expected at most \d+ bytes, got/);
    code(() => download.begin({ ...OFFER, ...beyond }));
  }
  expect(download.bytes).toBe(0);
});

test('chunks that go beyond the state, or have no length, are no state', async () => {
  for (const [state, message] of [
    [Uint8Array.of(0, 0, 0, 0, 4), /1 to 1 bytes, got 0/],
    [Uint8Array.of(2, 0, 0, 0, 4), /1 to 1 bytes, got 2/],
    [Uint8Array.of(1, 0, 0, 0, 4, 1, 0, 0), /got 0/],
    [Uint8Array.of(255, 255, 255, 255, 4), new RegExp(`got ${2 ** 32 - 1}`)],
  ] as const) {
    await using download = await BaseDownload.open(await temporaryDirectory());
    const offer = { ...OFFER, outlineBytes: 0, stateBytes: state.length };
    download.begin(offer);
    download.add(state);
    expect(() => [...download.chunks(offer)]).toThrow(message);
  }
  expect(BASE_STATE_CHUNK_BYTES_MAX).toBeLessThan(2 ** 32);
});
