/** What an increment adds to, and what it comes to. */

import { VALUE_COUNTER, VALUE_INT64 } from '../../assembly/abi.ts';
import type { IncrementBase } from '../delta/delta.ts';
import type { Value } from '../delta/value.ts';
import type { StoredCell } from '../engine/writer.ts';

/** The base of the first increment of a commit, from what the engine holds. */
export function baseOf(asked: {
  readonly current: Value;
  readonly stored: StoredCell | undefined;
  readonly wasDeleted: boolean;
}): IncrementBase | undefined {
  const { current, stored, wasDeleted } = asked;
  if (stored === undefined) return wasDeleted ? undefined : { kind: 'none' };
  if (stored.kind === VALUE_COUNTER) return wasDeleted ? undefined : { kind: 'none' };
  const { kind, writer } = stored;
  if (kind !== VALUE_INT64 || writer === undefined || current === null) return undefined;
  return { kind: 'commit', hash: writer.commit, position: writer.position };
}

/** The sum as the engine computes it: int64, wrapping. */
export function wrapped(current: Value, amount: bigint): bigint {
  return BigInt.asIntN(64, (typeof current === 'bigint' ? current : 0n) + amount);
}
