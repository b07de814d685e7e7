/** The version of a node, from E31 of schema/plan.md. */

import { createHash } from 'node:crypto';
import { fromHex } from '../../src/base/bytes.ts';
import { ListValue, type Value } from '../../src/delta/value.ts';
import { listBytes } from '../../src/delta/value-writer.ts';
import type { ReferenceGraph } from './reference-graph.ts';
import type { Stamp } from './reference-stamp.ts';

/** Of the digest: these take 24 characters. */
const BYTES = 18;

export function version(graph: ReferenceGraph, node: string, paths: readonly string[]): string {
  const values = paths
    .filter((path) => graph.value(node, path) !== null)
    .map((path) => [
      textBytes(path),
      writerBytes(graph.writtenBy(node, path)),
      sumBytes(graph.value(node, path)),
      itemBytes(graph, node, path),
    ]);
  const parts = [Buffer.from(node), writerBytes(graph.createdBy(node)), ...values.flat()];
  const digest = createHash('sha256').update(Buffer.concat(parts)).digest();
  return digest.subarray(0, BYTES).toString('base64url');
}

/** Of a set of values, or a sequence, which removals change as well. */
function itemBytes(graph: ReferenceGraph, node: string, path: string): Uint8Array {
  const value = graph.value(node, path);
  const isMerged =
    graph.itemWriters(node, path).length > 0 || graph.sequence(node, path).shown.length > 0;
  if (!(value instanceof ListValue) || !isMerged) return new Uint8Array(0);
  const bytes = listBytes(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function textBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}

function writerBytes(stamp: Stamp | undefined): Uint8Array {
  if (stamp === undefined) return Uint8Array.of(0);
  const position = Buffer.alloc(4);
  position.writeUInt32LE(stamp.position);
  return Buffer.concat([Uint8Array.of(1), fromHex(stamp.commit), position]);
}

function sumBytes(value: Value): Uint8Array {
  const bytes = Buffer.alloc(8);
  if (typeof value === 'bigint') bytes.writeBigInt64LE(value);
  return bytes;
}
