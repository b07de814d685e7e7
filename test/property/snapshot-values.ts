/** Sets single values of an engine's nodes, each in a commit of its own. */

import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { SPACE } from './graph-names.ts';

const TYPE = 'T';
const PATH = 'name';

export function idOfKey(key: string): string {
  return nodeIdByKey({ space: SPACE, type: TYPE, key });
}

export interface ValueChange {
  /** Of the commit among all. */
  readonly place: number;
  readonly key: string;
  readonly id: string;
  /** A node is created with its value; null takes the value of one that is there. */
  readonly value: Value;
}

export function setValue(engine: Engine, { place, key, id, value }: ValueChange): void {
  const writer = new PayloadWriter();
  const subject = { element: 'node', id } as const;
  const create = { operation: 'createNodeByKey', type: TYPE, key } as const;
  const change = { operation: 'set', path: PATH, value } as const;
  const deltas = [...(value === null ? [] : [create]), change].map((delta) => ({ subject, delta }));
  writer.add({ id: new Uint8Array(16), actor: 'a', deltas });
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, place + 1);
  const author = new Uint8Array(32).fill(9);
  const clock = BigInt(place + 1);
  engine.prepare([{ payloadBytes: writer.finish(), clock, author, hash, transactionCount: 1 }]);
  engine.apply();
}
