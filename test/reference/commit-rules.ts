/**
 * The verdict on a header once more, from rules C8 and C9 of schema/commit.md alone, for a space
 * with one author.
 */

import { toHex } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import type { CommitHeader } from '../../src/delta/header.ts';

const AHEAD_MILLISECONDS = 60_000n;

/** What the replica holds that the commit comes to. */
export interface Held {
  readonly space: string;
  /** Hex of the one key that may author. */
  readonly author: string;
  readonly records: ReadonlySet<string>;
  /** Clocks of commits by hash. */
  readonly clocks: ReadonlyMap<string, bigint>;
  readonly last: { readonly sequence: number; readonly hash: string };
  readonly milliseconds: number;
}

/** Codes that the rules allow for this header; empty when it may be taken. */
export function headerFaults(header: CommitHeader, held: Held): Set<ErrorCode> {
  const before = header.previous === undefined ? [] : [header.previous];
  const parents = [...before, ...header.parents].map(toHex);
  const clocks = parents.map((parent) => held.clocks.get(parent));
  const isFirst = header.sequence === held.last.sequence + 1;
  const previous = header.previous === undefined ? '' : toHex(header.previous);
  const faults: [boolean, ErrorCode][] = [
    [header.clock >> 16n > BigInt(held.milliseconds) + AHEAD_MILLISECONDS, ErrorCode.CONFLICT],
    [toHex(header.space) !== held.space, ErrorCode.REFUSED],
    [header.epoch !== 0, ErrorCode.REFUSED],
    [!held.records.has(toHex(header.authority)), ErrorCode.CONFLICT],
    [toHex(header.author) !== held.author, ErrorCode.REFUSED],
    [header.sequence > held.last.sequence + 1, ErrorCode.CONFLICT],
    [header.sequence <= held.last.sequence, ErrorCode.REFUSED],
    [isFirst && previous !== held.last.hash, ErrorCode.REFUSED],
    [clocks.includes(undefined), ErrorCode.CONFLICT],
    [clocks.some((clock) => clock !== undefined && header.clock <= clock), ErrorCode.REFUSED],
  ];
  return new Set(faults.flatMap(([isBroken, code]) => (isBroken ? [code] : [])));
}
