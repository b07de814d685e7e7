/** Spaces of four organisations, each with a seat: what was signed by one is decided by all. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { Verdict } from '../../src/quorum/vote.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import {
  disposeAll,
  governed,
  HEIGHT,
  isSame,
  joined,
  link,
  type Owned,
  Store,
} from '../fixture/governed-space.ts';
import { ORGANISATIONS, rootSeed } from '../fixture/voting-chain.ts';

const MODEL = 'model\n  schema 1.1\ntype user\ntype Place\n  relations\n    define read: [user]\n';
const owned: Owned = [];

afterEach(() => disposeAll(owned));

describe('[QC36] organisations that decide together', () => {
  test('put in force what a quorum is for, the same for all', async () => {
    const { spaces } = await governed({ owned });
    const [red, blue] = spaces as [OpenSpace, OpenSpace, ...OpenSpace[]];
    await red.addMember('black', publicKeyOf(rootSeed('black')));
    await blue.access.installModel({ source: MODEL });
    await vi.waitUntil(() => isSame(spaces));
    expect(red.replicated.height).toBe(HEIGHT + 2);
    expect(spaces.map(({ access }) => access.version()?.text)).toEqual(spaces.map(() => MODEL));
  });

  test('put nothing in force that a quorum is against, and say so', async () => {
    const { spaces } = await governed({ owned, opinionOf: () => Verdict.REFUSED });
    const [red] = spaces as [OpenSpace];
    const asking = red.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(spaces.map(({ replicated }) => replicated.height)).toEqual(spaces.map(() => HEIGHT));
  });

  test('leave to people what no rule of theirs decides', async () => {
    const { spaces } = await governed({ owned, opinionOf: () => undefined });
    const [red, blue, green] = spaces as [OpenSpace, OpenSpace, OpenSpace];
    const asking = red.addMember('black', publicKeyOf(rootSeed('black')));
    await vi.waitUntil(() => [blue, green].every(({ seat }) => seat.open.length === 1));
    const [{ proposal }] = blue.seat.open as [(typeof blue.seat.open)[number]];
    for (const { seat } of [blue, green]) seat.judge(proposal.hash, Verdict.APPROVED);
    await asking;
    await vi.waitUntil(() => isSame(spaces));
    expect(red.replicated.height).toBe(HEIGHT + 1);
  });

  test('cut off two from two decide nothing, and the same once they are whole', async () => {
    const { spaces, cut } = await governed({ owned });
    const [red] = spaces as [OpenSpace];
    cut(new Set([0, 1]));
    let isOver = false;
    const asking = red.addMember('black', publicKeyOf(rootSeed('black'))).finally(() => {
      isOver = true;
    });
    // All that two can say has been said.
    const opinions = () => spaces.map(({ seat }) => seat.open[0]?.opinions.size);
    await vi.waitUntil(() =>
      opinions()
        .slice(0, 2)
        .every((count) => count === 2),
    );
    expect(isOver).toBe(false);
    expect(spaces.map(({ replicated }) => replicated.height)).toEqual(spaces.map(() => HEIGHT));
    cut(undefined);
    await asking;
    await vi.waitUntil(() => isSame(spaces));
  });

  test('decide without one that is cut off, which comes to hold the same', async () => {
    const { spaces, cut } = await governed({ owned });
    const [red, blue] = spaces as [OpenSpace, OpenSpace];
    cut(new Set([0]));
    await blue.addMember('black', publicKeyOf(rootSeed('black')));
    expect([red, blue].map(({ replicated }) => replicated.height)).toEqual([HEIGHT, HEIGHT + 1]);
    cut(undefined);
    await vi.waitUntil(() => isSame(spaces));
    expect(spaces.map(({ seat }) => seat.position)).toEqual([2, 2, 2, 2]);
  });

  test('seal what all of them hold', async () => {
    const { spaces } = await governed({ owned });
    const [red] = spaces as [OpenSpace];
    await red.write({ actor: 'user:*' }, (draft) => draft.createNode('Place', { key: 'one' }));
    await vi.waitUntil(() => isSame(spaces));
    expect(await red.seal()).toBe(true);
    await vi.waitUntil(() => isSame(spaces));
    expect(await red.seal()).toBe(false);
  });

  test('let no replica decide that has no seat', async () => {
    const { spaces } = await governed({ owned });
    const [red] = spaces as [OpenSpace];
    const follower = await joined(owned, red, undefined);
    link(owned, follower, red);
    await vi.waitUntil(() => follower.replicated.height === red.replicated.height);
    const asking = follower.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('say nothing more where what is said cannot be kept', async () => {
    const stores = ORGANISATIONS.map(() => new Store());
    const { spaces } = await governed({ owned, stores });
    const [red, blue] = spaces as [OpenSpace, OpenSpace];
    (stores[0] as Store).isFull = true;
    const asking = red.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await blue.addMember('white', publicKeyOf(rootSeed('white')));
    await vi.waitUntil(() => red.replicated.height === HEIGHT + 1);
    expect((stores[0] as Store).messages).toEqual([]);
  });
});
