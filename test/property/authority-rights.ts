/** Whether a draft of a server is told what the door would say, of any delta as of any height. */

import type { PermissionChain } from '../../src/authority/permission-chain.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import type { AddressedDelta, Delta } from '../../src/delta/delta.ts';
import { WriteRights } from '../../src/space/write-rights.ts';
import type { ReferenceAuthority } from '../reference/reference-authority.ts';
import type { Seeded } from '../seeded.ts';
import { randomActor } from './authority-transactions.ts';
import {
  AUTHORS,
  NODES,
  PATHS,
  randomEdge,
  START_MILLISECONDS,
  STEP_MILLISECONDS,
} from './authority-world.ts';

const LAST_STEP = 220;

/** Undefined where the two say the same; a model is in force. */
export function rightsDifference(
  random: Seeded,
  {
    authority,
    permissions,
    height,
  }: {
    readonly authority: ReferenceAuthority;
    readonly permissions: PermissionChain;
    readonly height: number;
  },
): { readonly isAllowed: boolean; readonly difference?: string } {
  const place = random.below(AUTHORS.length);
  const { key, organisation } = AUTHORS[place] ?? random.pick(AUTHORS);
  const actor = randomActor(random, place);
  const one = randomDelta(random);
  const now = START_MILLISECONDS + random.below(LAST_STEP) * STEP_MILLISECONDS;
  const at = { height, milliseconds: now, typeOf: (id: string) => typeOf(id) };
  const isAllowed = authority.mayAct(key, actor) && authority.allows(actor, one, at);
  const isTold = isAllowedTo({ permissions, height, now, actor, organisation }, one);
  if (isTold === isAllowed) return { isAllowed };
  const what = JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  const difference = `${actor} at height ${height}: ${what} expected ${isAllowed}, got ${isTold}`;
  return { isAllowed, difference };
}

function isAllowedTo(
  parts: Parameters<typeof WriteRights.of>[0],
  { subject, delta }: AddressedDelta,
): boolean {
  try {
    const rights = WriteRights.of(parts);
    const deed = deedOf(delta);
    if (subject.element === 'edge') rights?.expectOfEdge(subject, deed);
    else rights?.expectOfNode(typeOf(subject.id) ?? '', subject.id, deed);
    return true;
  } catch (error) {
    // A condition that fails, or a limit, is no right.
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

function deedOf(delta: Delta): Parameters<WriteRights['expectOfNode']>[2] {
  if (delta.operation === 'delete') return { verb: 'delete' };
  return 'path' in delta ? { verb: 'write', path: delta.path } : { verb: 'create' };
}

function randomDelta(random: Seeded): AddressedDelta {
  const isEdge = random.chance(0.4);
  const { id } = random.pick(NODES);
  const subject = isEdge
    ? ({ element: 'edge', ...randomEdge(random) } as const)
    : ({ element: 'node', id } as const);
  const choice = random.below(4);
  if (choice === 0) return { subject, delta: { operation: 'delete' } };
  if (choice > 1) {
    return { subject, delta: { operation: 'set', path: random.pick(PATHS), value: true } };
  }
  if (isEdge) return { subject, delta: { operation: 'createEdge' } };
  return { subject, delta: { operation: 'createNode', type: typeOf(id) ?? '', number: 0n } };
}

function typeOf(id: string): string | undefined {
  return NODES.find((node) => node.id === id)?.type;
}
