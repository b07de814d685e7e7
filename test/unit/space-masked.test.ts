/** Transactions of a log without effect, and the right that each lacked. */

import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { describeMask } from '../../src/space/mask-reason.ts';
import { type MaskedTransaction, readMasked } from '../../src/space/masked.ts';
import { Door, envelope, onEdge, onNode, payloadFor } from '../fixture/door.ts';
import { ANN, cityId, create, openRuled, RULES, set } from '../fixture/ruled-door.ts';
import { Seeded } from '../seeded.ts';

async function maskedIn({ log, clock }: Door, position?: number): Promise<MaskedTransaction[]> {
  const found: MaskedTransaction[] = [];
  const only = position === undefined ? {} : { position };
  await readMasked(log, { clock, random: new Seeded(7), ...only }, (masked) => found.push(masked));
  return found;
}

/** Index in the commit and reason, one a line. */
function told(masked: readonly MaskedTransaction[]): string[] {
  return masked.map(({ index, actor, reason }) => `${index}: ${describeMask(actor, reason)}`);
}

describe('the first right that is lacking', () => {
  test('is told for each verb, at a field by its own rule, of nodes and of edges', async () => {
    const door = await openRuled();
    const [york, hull] = [cityId(door, 'York'), cityId(door, 'Hull')];
    const road = { from: york, type: 'ROAD', to: hull, key: 3 };
    const verdict = await door.receive(
      door.sign(
        payloadFor(
          [ANN, create(door, 'York'), onNode(york, set('name'))],
          [ANN, create(door, 'Hull'), onNode(hull, set('people'))],
          [ANN, onNode(york, { operation: 'delete' })],
          [ANN, onEdge(road, { operation: 'createEdge' })],
          ['user:home/ben', onNode(york, set('name'))],
          [ANN, onEdge(road, set('length'))],
        ),
      ),
    );
    expect(verdict).toMatchObject({ kind: 'applied', masked: [1, 2, 3, 4, 5] });
    const masked = await maskedIn(door);
    expect(told(masked)).toEqual([
      `1: ${ANN} lacks write.people of City:${hull}, as of height 4`,
      `2: ${ANN} lacks delete of City:${york}, as of height 4`,
      `3: ${ANN} lacks create of ROAD:${york}-${hull}-3, as of height 4`,
      `4: user:home/ben lacks write of City:${york}, as of height 4`,
      `5: the model has no relation that lets ${ANN} write ROAD:${york}-${hull}-3, as of height 4`,
    ]);
    expect(masked.map(({ position }) => position)).toEqual([6, 6, 6, 6, 6]);
    expect(masked[0]?.id).toBe('02'.repeat(16));
  });

  test('is told of a node whose create was masked, in an earlier commit', async () => {
    const door = await openRuled();
    const york = cityId(door, 'York');
    await door.receive(door.sign(payloadFor(['user:home/ben', create(door, 'York')])));
    await door.receive(door.sign(payloadFor([ANN, onNode(york, set('people'))])));
    expect(told(await maskedIn(door))).toEqual([
      `0: user:home/ben lacks write of City:${york}, as of height 4`,
      `0: ${ANN} lacks write.people of City:${york}, as of height 4`,
    ]);
    expect(await maskedIn(door, 7)).toHaveLength(1);
    expect(await maskedIn(door, 6)).toHaveLength(1);
  });

  test('is told of what is known, where a node that nobody made is written to', async () => {
    const door = await openRuled();
    const [york, hull] = [cityId(door, 'York'), cityId(door, 'Hull')];
    const denied = ['user:home/ben', onNode(hull, set('name')), create(door, 'York')] as const;
    await door.receive(door.sign(payloadFor([...denied])));
    expect(told(await maskedIn(door))).toEqual([
      `0: user:home/ben lacks write of City:${york}, as of height 4`,
    ]);
  });

  test('is told by the type that a later transaction of the commit gives', async () => {
    const door = await openRuled();
    const york = cityId(door, 'York');
    const denied = [ANN, onNode(york, set('people'))] as const;
    await door.receive(door.sign(payloadFor([...denied], [ANN, create(door, 'York')])));
    expect(told(await maskedIn(door))).toEqual([
      `0: ${ANN} lacks write.people of City:${york}, as of height 4`,
    ]);
  });

  test('is told by the time of the commit, where a condition decides', async () => {
    const door = await Door.open();
    await door.space.access.installModel({ source: RULES });
    const until = (milliseconds: number) => ({
      object: 'City:*',
      relation: 'write',
      subject: ANN,
      condition: {
        name: 'before',
        context: JSON.stringify({ end: new Date(milliseconds).toISOString() }),
      },
    });
    await door.space.access.grant([until(door.clock.milliseconds + 1000)]);
    await door.receive(door.sign(payloadFor([ANN, create(door, 'York')])));
    door.clock.milliseconds += 2000;
    await door.receive(door.sign(payloadFor([ANN, create(door, 'Hull')])));
    expect(told(await maskedIn(door))).toEqual([
      `0: ${ANN} lacks write of City:${cityId(door, 'Hull')}, as of height 4`,
    ]);
  });
});

test('a later narrowing record is named where it is the one that does not allow', async () => {
  const door = await openRuled();
  const early = door.sign(payloadFor([ANN, create(door, 'York')]));
  await door.space.access.revoke({
    grants: [{ object: 'City:*', relation: 'write', subject: ANN }],
  });
  expect(await door.receive(early)).toMatchObject({ kind: 'applied', masked: [0] });
  expect(told(await maskedIn(door))).toEqual([
    `0: ${ANN} lacks write of City:${cityId(door, 'York')}, as of height 5`,
  ]);
});

test('an author that speaks for others, and one that was revoked, are told as such', async () => {
  const door = await openRuled();
  const seed = new Uint8Array(32).fill(9);
  const author = publicKeyOf(seed);
  const { space } = door;
  await space.addMember('guests', publicKeyOf(new Uint8Array(32).fill(8)));
  await space.certifyAuthor(author, 'guest', 'guests');
  const eve = 'user:guests/eve';
  await space.access.grant([{ object: 'City:*', relation: 'write', subject: eve }]);
  const sign = (bytes: Uint8Array, part: Pick<CommitHeader, 'sequence' | 'previous'>) =>
    envelope(encodeHeader(door.header(bytes, { author, ...part })), bytes, seed);
  const first = sign(payloadFor([ANN, create(door, 'York')], [eve, create(door, 'Hull')]), {
    sequence: 1,
    previous: undefined,
  });
  expect(await door.receive(first)).toMatchObject({ kind: 'applied', masked: [0] });
  const second = sign(payloadFor([eve, create(door, 'Bath')]), {
    sequence: 2,
    previous: decodeCommit(first).hash,
  });
  await space.access.revoke({ members: ['guests'] });
  expect(await door.receive(second)).toMatchObject({ kind: 'applied', masked: [0] });
  expect(told(await maskedIn(door))).toEqual([
    `0: ${ANN} is no principal that its author may write for, as of height 7`,
    '0: its author has no right to sign, as of height 8',
  ]);
});

test('nothing is told of what has its effect, nor where no model is in force', async () => {
  const door = await Door.open();
  await door.receive(door.sign(payloadFor([ANN, create(door, 'York')])));
  expect(await maskedIn(door)).toEqual([]);
  await door.space.access.installModel({ source: RULES });
  await door.space.access.grant([{ object: 'City:*', relation: 'write', subject: ANN }]);
  await door.receive(door.sign(payloadFor([ANN, create(door, 'Hull')])));
  expect(await maskedIn(door)).toEqual([]);
});
