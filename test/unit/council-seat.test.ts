/** Spaces of four organisations, each with a seat: what was signed by one is decided by all. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { EpochVoter } from '../../src/authority/epoch-body.ts';
import { signAcceptance } from '../../src/authority/epoch-body.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { MemoryOrganisation } from '../../src/crypto/organisation-store.ts';
import type { CouncilMessage } from '../../src/proposal/council-parts.ts';
import { Verdict } from '../../src/quorum/vote.ts';
import type { CouncilStore, OpinionOf, Seated } from '../../src/space/council-seat.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { PeerLink } from '../fixture/peer-network.ts';
import { ORGANISATIONS, rootSeed, votingKey } from '../fixture/voting-chain.ts';
import { Seeded } from '../seeded.ts';

const SDL = 'type Place @node { code: ID! @id name: String }';
const MODEL = 'model\n  schema 1.1\ntype user\ntype Place\n  relations\n    define read: [user]\n';
/** Genesis, definition, the author of the first, three members, the epoch. */
const HEIGHT = 7;
const open: (AsyncDisposable | Disposable)[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    if (Symbol.dispose in each) each[Symbol.dispose]();
    else await each[Symbol.asyncDispose]();
  }
});

describe('[QC36] organisations that decide together', () => {
  test('put in force what a quorum is for, the same for all', async () => {
    const { spaces } = await governed();
    const [red, blue] = spaces as [OpenSpace, OpenSpace, ...OpenSpace[]];
    await red.addMember('black', publicKeyOf(rootSeed('black')));
    await blue.access.installModel({ source: MODEL });
    await vi.waitUntil(() => isSame(spaces));
    expect(red.replicated.height).toBe(HEIGHT + 2);
    expect(spaces.map(({ access }) => access.version()?.text)).toEqual(spaces.map(() => MODEL));
  });

  test('put nothing in force that a quorum is against, and say so', async () => {
    const { spaces } = await governed({ opinionOf: () => Verdict.REFUSED });
    const [red] = spaces as [OpenSpace];
    const asking = red.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(spaces.map(({ replicated }) => replicated.height)).toEqual(spaces.map(() => HEIGHT));
  });

  test('leave to people what no rule of theirs decides', async () => {
    const { spaces } = await governed({ opinionOf: () => undefined });
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
    const { spaces, cut } = await governed();
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
    const { spaces, cut } = await governed();
    const [red, blue] = spaces as [OpenSpace, OpenSpace];
    cut(new Set([0]));
    await blue.addMember('black', publicKeyOf(rootSeed('black')));
    expect([red, blue].map(({ replicated }) => replicated.height)).toEqual([HEIGHT, HEIGHT + 1]);
    cut(undefined);
    await vi.waitUntil(() => isSame(spaces));
    expect(spaces.map(({ seat }) => seat.position)).toEqual([2, 2, 2, 2]);
  });

  test('seal what all of them hold', async () => {
    const { spaces } = await governed();
    const [red] = spaces as [OpenSpace];
    await red.write({ actor: 'user:*' }, (draft) => draft.createNode('Place', { key: 'one' }));
    await vi.waitUntil(() => isSame(spaces));
    expect(await red.seal()).toBe(true);
    await vi.waitUntil(() => isSame(spaces));
    expect(await red.seal()).toBe(false);
  });

  test('let no replica decide that has no seat', async () => {
    const { spaces } = await governed();
    const [red] = spaces as [OpenSpace];
    const follower = await joined(red, undefined);
    link(follower, red);
    await vi.waitUntil(() => follower.replicated.height === red.replicated.height);
    const asking = follower.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('say nothing more where what is said cannot be kept', async () => {
    const stores = ORGANISATIONS.map(() => new Store());
    const { spaces } = await governed({ stores });
    const [red, blue] = spaces as [OpenSpace, OpenSpace];
    (stores[0] as Store).isFull = true;
    const asking = red.addMember('black', publicKeyOf(rootSeed('black')));
    await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await blue.addMember('white', publicKeyOf(rootSeed('white')));
    await vi.waitUntil(() => red.replicated.height === HEIGHT + 1);
    expect((stores[0] as Store).messages).toEqual([]);
  });
});

class Store implements CouncilStore {
  readonly messages: CouncilMessage[] = [];
  isFull = false;

  kept(): readonly CouncilMessage[] {
    return this.messages;
  }

  async keep(messages: readonly CouncilMessage[]): Promise<void> {
    if (this.isFull) throw new Error('ENOSPC');
    this.messages.push(...messages);
  }
}

interface GovernedOptions {
  readonly opinionOf?: OpinionOf;
  readonly stores?: readonly Store[];
}

/** Four that hold one space, connected each to each, after the record that begins an epoch. */
async function governed({ opinionOf = () => Verdict.APPROVED, stores = [] }: GovernedOptions = {}) {
  const seated = ORGANISATIONS.map((name, index) => {
    return { key: votingKey(name), opinionOf, store: stores[index] ?? new Store() };
  });
  const organisation = new MemoryOrganisation('red', systemRandom);
  const definition = { source: SDL };
  const host = await openMemorySpace({ definition, organisation, seated: seated[0] });
  open.push(host);
  for (const name of ORGANISATIONS.slice(1)) {
    await host.addMember(name, publicKeyOf(rootSeed(name)));
  }
  const spaces = [host];
  for (const seat of seated.slice(1)) spaces.push(await joined(host, seat));
  const { seed: root } = await organisation.unlock(fromHex(host.organisation.owner));
  return await connected(spaces, votersOf(host, root));
}

/** Each to each, after the record that begins their epoch. */
async function connected(spaces: readonly OpenSpace[], voters: readonly EpochVoter[]) {
  const links: PeerLink[] = [];
  for (const [at, space] of spaces.entries()) {
    for (const other of spaces.slice(0, at)) links.push(link(space, other));
  }
  let apart: ReadonlySet<number> | undefined;
  const isCut = (from: number, to: number) =>
    apart !== undefined && apart.has(from) !== apart.has(to);
  await spaces[0]?.beginEpoch(voters);
  await vi.waitUntil(() => isSame(spaces));
  const cut = (some: ReadonlySet<number> | undefined) => {
    apart = some;
    for (const each of links.splice(0)) each[Symbol.dispose]();
    for (const [at, space] of spaces.entries()) {
      for (const [other, its] of spaces.slice(0, at).entries()) {
        if (isCut(at, other)) continue;
        links.push(link(space, its));
      }
    }
  };
  return { spaces, cut };
}

/** A replica that begins with the first records, and gets the others from those it is linked to. */
async function joined(host: OpenSpace, seated: Seated | undefined): Promise<OpenSpace> {
  const records = [0, 1].map((height) => host.replicated.record(height) as Uint8Array);
  const space = await openMemorySpace({ joined: records, seated });
  open.push(space);
  return space;
}

function link(from: OpenSpace, to: OpenSpace): PeerLink {
  const made = new PeerLink([from, to], { random: new Seeded(1), mayJoin: () => true });
  open.push(made);
  return made;
}

function votersOf(host: OpenSpace, root: Uint8Array): EpochVoter[] {
  return ORGANISATIONS.map((organisation) => {
    const { publicKey: key } = votingKey(organisation);
    const accepted = { space: fromHex(host.id), organisation, key };
    const seed = organisation === 'red' ? root : rootSeed(organisation);
    return { key, organisation, weight: 1, acceptance: signAcceptance(accepted, seed) };
  });
}

function isSame(spaces: readonly OpenSpace[]): boolean {
  const states = spaces.map((space) => `${toHex(space.authority)} ${space.stateHash()}`);
  return new Set(states).size === 1;
}
