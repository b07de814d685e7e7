/** Random payloads that use every opcode, kind of value and kind of base. */

import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemName,
  Segment,
} from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  type ListItem,
  ListValue,
  Timestamp,
  type Value,
} from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PATHS = ['name', 'state', 'people', 'place.latitude', 'place', 'a.b.c', 'esc\\.aped', 'zoë'];
const TEXTS = ['', 'a', 'Basel', 'Zürich', '日本', '🎈', 'x'.repeat(300), '\u0000', 'e\u0301'];
const ACTORS = ['user:a', 'user:anonymous', 'Zoë'];
const NODE_TYPES = ['City', 'Street', 'Unheard'];
const RELATIONS = ['read', 'read.salary', 'read.zoë'];
const EDGE_TYPES = ['ROAD', 'AT'];

/** `commits` are hashes that the replica holds. */
export function randomPayload(seeded: Seeded, commits: readonly Uint8Array[]): Uint8Array {
  const writer = new PayloadWriter();
  const count = seeded.chance(0.5) ? 1 : seeded.between(2, 6);
  for (let position = 0; position < count; position++) {
    const deltas = Array.from({ length: seeded.between(1, 8) }, () =>
      randomDelta(seeded, commits, position),
    );
    writer.add({ id: seeded.bytes(16), actor: seeded.pick(ACTORS), deltas });
  }
  return writer.finish();
}

/** A payload with segments in its full form; some transactions are plain, at least one is not. */
export function randomSegmentedPayload(
  seeded: Seeded,
  commits: readonly Uint8Array[],
  counts: { readonly transactionsMax: number; readonly segmentsMax: number },
): Uint8Array {
  const writer = new PayloadWriter({ secret: seeded.bytes(32) });
  const count = seeded.between(1, counts.transactionsMax);
  const segmented = seeded.below(count);
  for (let position = 0; position < count; position++) {
    const head = { id: seeded.bytes(16), actor: seeded.pick(ACTORS) };
    if (position !== segmented && seeded.chance(0.3)) {
      writer.add({ ...head, deltas: [randomDelta(seeded, commits, position)] });
      continue;
    }
    const segments = Array.from({ length: seeded.between(1, counts.segmentsMax) }, () =>
      randomSegment(seeded, commits, position),
    );
    writer.addSegmented({ ...head, segments });
  }
  return writer.finish();
}

function randomSegment(seeded: Seeded, commits: readonly Uint8Array[], position: number): Segment {
  const first = randomDelta(seeded, commits, position);
  const more = Array.from({ length: seeded.below(4) }, () => randomDelta(seeded, commits, position))
    .filter(({ delta }) => !delta.operation.startsWith('create'))
    .map(({ delta }) => ({ subject: first.subject, delta }));
  return { relation: seeded.pick(RELATIONS), deltas: [first, ...more] };
}

function randomDelta(
  seeded: Seeded,
  commits: readonly Uint8Array[],
  position: number,
): AddressedDelta {
  const node = { element: 'node', id: randomId(seeded) } as const;
  const edge = {
    element: 'edge',
    from: randomId(seeded),
    type: seeded.pick(EDGE_TYPES),
    to: randomId(seeded),
    key: seeded.chance(0.7) ? 0 : seeded.below(2 ** 32),
  } as const;
  const subject = seeded.chance(0.6) ? node : edge;
  switch (seeded.below(11)) {
    case 0:
      return { subject: node, delta: randomCreate(seeded) };
    case 1:
      return { subject: edge, delta: { operation: 'createEdge' } };
    case 2:
      return { subject, delta: { operation: 'delete' } };
    case 3:
    case 4: {
      const base = randomBase(seeded, commits, position);
      const amount = BigInt(seeded.below(1000)) - 500n;
      const delta = { operation: 'increment', path: seeded.pick(PATHS), base, amount } as const;
      return { subject, delta };
    }
    case 7:
      return {
        subject,
        delta: { operation: 'add', path: seeded.pick(PATHS), value: randomItem(seeded) },
      };
    case 8:
      return { subject, delta: randomRemoval(seeded, commits, position) };
    case 9:
    case 10:
      return { subject, delta: randomSequenceDelta(seeded, commits, position) };
    default:
      return {
        subject,
        delta: { operation: 'set', path: seeded.pick(PATHS), value: randomValue(seeded) },
      };
  }
}

function randomRemoval(seeded: Seeded, commits: readonly Uint8Array[], position: number): Delta {
  const bases = Array.from({ length: seeded.between(1, 4) }, () =>
    randomBase(seeded, commits, position),
  );
  const seen = bases.filter((base) => base.kind !== 'none');
  const adds = seen.length > 0 ? seen : [{ kind: 'own', position: 0 } as const];
  return { operation: 'remove', path: seeded.pick(PATHS), value: randomItem(seeded), adds };
}

function randomSequenceDelta(
  seeded: Seeded,
  commits: readonly Uint8Array[],
  position: number,
): Delta {
  const item = (): ItemName => {
    const base = randomBase(seeded, commits, position);
    const named = base.kind === 'none' ? ({ kind: 'own', position: 0 } as const) : base;
    return { ...named, number: seeded.below(65_536) };
  };
  const side = seeded.pick(['left', 'right'] as const);
  const place = seeded.chance(0.3) ? undefined : { side, of: item() };
  const path = seeded.pick(PATHS);
  const number = seeded.below(60_000);
  const choice = seeded.below(3);
  if (choice === 0) return { operation: 'move', path, number, item: item(), place };
  const count = seeded.between(1, 4);
  if (choice === 1) {
    const values = Array.from({ length: count }, () => randomItem(seeded));
    return { operation: 'insert', path, number, place, values };
  }
  const runs = Array.from({ length: count }, () => {
    const first = item();
    return { ...first, count: seeded.between(1, 65_536 - Math.max(first.number, 1)) };
  });
  return { operation: 'removeItems', path, runs };
}

function randomItem(seeded: Seeded): ListItem {
  const value = randomValue(seeded);
  return isListItem(value) ? value : 'a';
}

function randomCreate(seeded: Seeded): Delta {
  const type = seeded.pick(NODE_TYPES);
  if (seeded.chance(0.5))
    return { operation: 'createNode', type, number: BigInt(seeded.below(99)) };
  const key = seeded.pick(TEXTS.filter((text) => text.length > 0));
  return { operation: 'createNodeByKey', type, key };
}

function randomBase(
  seeded: Seeded,
  commits: readonly Uint8Array[],
  position: number,
): IncrementBase {
  const choice = seeded.below(3);
  if (choice === 0) return { kind: 'none' };
  if (choice === 1) return { kind: 'own', position: seeded.between(0, position) };
  return { kind: 'commit', hash: seeded.pick(commits), position: seeded.below(4) };
}

function randomValue(seeded: Seeded): Value {
  if (seeded.chance(0.9)) return valueOfOne(seeded);
  const items = Array.from({ length: seeded.below(5) }, () => valueOfOne(seeded));
  return new ListValue(items.filter(isListItem));
}

function valueOfOne(seeded: Seeded): Value {
  switch (seeded.below(9)) {
    case 0:
      return null;
    case 1:
      return seeded.chance(0.5);
    case 2:
      return BigInt.asIntN(64, BigInt(seeded.below(2 ** 32)) << BigInt(seeded.below(33)));
    case 3:
      return seeded.pick([0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1e300]);
    case 4:
      return seeded.pick(TEXTS);
    case 5:
      return seeded.bytes(seeded.below(40));
    case 6:
      return new Timestamp(BigInt(seeded.below(2 ** 32)));
    case 7:
      return new IdValue(randomId(seeded));
    default:
      return EMPTY_MAP;
  }
}

/** Few different ones, so that deltas meet. */
function randomId(seeded: Seeded): string {
  const letter = ALPHABET[seeded.below(8)] as string;
  return `${letter.repeat(15)}${ALPHABET[seeded.below(4)]}`;
}
