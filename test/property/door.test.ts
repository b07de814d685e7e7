import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import { Reason } from '../../src/delta/reason.ts';
import type { Door } from '../fixture/door.ts';
import { checkPayload, type Fault } from '../reference/payload-grammar.ts';
import { checkDoor, type DoorOptions } from './door-check.ts';

const SEED = 20_260_101;
const COUNT = 4_000;
/** A planted bug that this many mutants do not find out would get by. */
const COUNT_TO_BITE = 2_000;

describe('bad commits at the door', () => {
  test(`${COUNT} mutants are refused, and nothing changes, from seed ${SEED} on`, async () => {
    const tally = await checkDoor({ seed: SEED, count: COUNT });
    expect(tally.refused).toBe(COUNT);
    expect(tally.signedAgain).toBeGreaterThan(COUNT / 2);
    expect(tally.wellFormed).toBeGreaterThan(tally.segmented);
    expect(tally.segmented).toBeGreaterThan(0);
    expect(tally.rare()).toEqual([]);
  }, 120_000);

  test.each<[string, string, Partial<DoorOptions>]>([
    [
      'a grammar that ignores bytes after the last delta',
      'expected',
      { grammar: withoutFault(/after the last/) },
    ],
    ['a grammar that ignores UTF-8', 'expected', { grammar: withoutFault(/UTF-8/) }],
    ['a grammar that takes any name for any kind', 'expected', { grammar: withoutFault(/^name /) }],
    [
      'a grammar that refuses everything',
      'expected a refusal, got applied',
      { grammar: withFault },
    ],
    ['a grammar with another reason', 'the reference says', { grammar: withReason }],
    ...[
      Reason.SIGNATURE_INVALID,
      Reason.ROOT_MISMATCH,
      Reason.SEGMENT_SUBJECT,
      Reason.FORM_PARTIAL,
    ].map((reason): [string, string, Partial<DoorOptions>] => [
      `a door that does not ask for ${reason}`,
      'expected a refusal, got applied',
      { receive: without(reason) },
    ]),
    ['a door with another reason', 'the reference says', { receive: wrongly }],
    ['a door that writes before it checks', 'a refusal changed', { receive: hasty }],
    ['a door that throws', 'unreachable', { receive: trapping }],
    ['a door that does not say what it expected', 'no expected and got', { receive: terse }],
  ])(
    '%s is found out',
    async (_, message, planted) => {
      const checked = checkDoor({ seed: SEED, count: COUNT_TO_BITE, ...planted });
      await expect(checked).rejects.toThrow(new RegExp(`^mutant \\d+: .*(?:${message})`, 's'));
    },
    60_000,
  );
});

/** Says well-formed where the fault is of this kind, as an engine that does not check would. */
function withoutFault(ignored: RegExp): typeof checkPayload {
  return (...args) => {
    const fault = checkPayload(...args);
    return fault !== undefined && ignored.test(fault.what) ? undefined : fault;
  };
}

function withFault(...args: Parameters<typeof checkPayload>): Fault | undefined {
  return checkPayload(...args) ?? { code: 'MALFORMED', reason: 'leaf.kind', what: 'everything' };
}

function withReason(...args: Parameters<typeof checkPayload>): Fault | undefined {
  const fault = checkPayload(...args);
  return fault === undefined ? undefined : { ...fault, reason: 'leaf.kind' };
}

/** As if this were not looked at. */
function without(reason: Reason): NonNullable<DoorOptions['receive']> {
  return async (door, bytes) => {
    const verdict = await door.receive(bytes);
    const isOther = verdict.kind !== 'refused' || verdict.error.facts.reason !== reason;
    return isOther ? verdict : { kind: 'applied', position: door.log.length };
  };
}

async function wrongly(door: Door, bytes: Uint8Array): ReturnType<Door['receive']> {
  const verdict = await door.receive(bytes);
  if (verdict.kind !== 'refused') return verdict;
  const { code, message } = verdict.error;
  const facts = { reason: Reason.SEGMENT_LENGTH };
  return { kind: 'refused', error: new DatabaseError(code, message, { facts }) };
}

async function hasty(door: Door, bytes: Uint8Array): ReturnType<Door['receive']> {
  await door.space.write({ actor: 'user:a' }, (draft) => draft.createNode('Street'));
  return door.receive(bytes);
}

async function trapping(door: Door, bytes: Uint8Array): ReturnType<Door['receive']> {
  const verdict = await door.receive(bytes);
  if (verdict.kind === 'refused' && verdict.error.code === 'MALFORMED') {
    throw new WebAssembly.RuntimeError('unreachable');
  }
  return verdict;
}

async function terse(door: Door, bytes: Uint8Array): ReturnType<Door['receive']> {
  const verdict = await door.receive(bytes);
  if (verdict.kind !== 'refused') return verdict;
  verdict.error.message = 'bad commit';
  return verdict;
}
