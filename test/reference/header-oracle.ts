/**
 * Headers once more, by a general DAG-CBOR codec and the field table of schema/commit.md: decode,
 * encode again, compare, then ask each field. Slow and obvious; the template of the source must
 * give the same verdict.
 */

import { decode, encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';

const HASHES = ['root', 'space', 'author', 'dictionary'];
const NUMBERS = [
  'clock',
  'epoch',
  'format',
  'payload',
  'version',
  'sequence',
  'algorithm',
  'transactions',
];
const LINKS = ['authority', 'previous', 'parents'];
const WHOLE_MAX = 2n ** 53n - 1n;

/** Fields by name: numbers as bigint, links as the hash in them. */
export interface HeaderFields {
  readonly hashes: ReadonlyMap<string, Buffer>;
  readonly numbers: ReadonlyMap<string, bigint>;
  readonly authority: Buffer;
  readonly previous: Buffer | null;
  readonly parents: readonly Buffer[];
}

/** The fields, or the reason why these bytes are no header. */
export function readHeader(bytes: Uint8Array): HeaderFields | string {
  if (bytes.length > 4096) return 'header.length';
  const fields = canonicalFields(bytes);
  if (fields === undefined) return 'header.noncanonical';
  const number = (name: string) => fields.numbers.get(name) ?? -1n;
  if (number('version') !== 1n) return 'version.unsupported';
  if (number('algorithm') !== 1n) return 'algorithm.unsupported';
  if (number('format') !== 1n && number('format') !== 2n) return 'format.unsupported';
  const texts = fields.parents.map((parent) => parent.toString('hex'));
  const isSound =
    number('epoch') <= WHOLE_MAX &&
    number('sequence') >= 1n &&
    number('sequence') <= WHOLE_MAX &&
    texts.length <= 64 &&
    texts.every((text, index) => index === 0 || (texts[index - 1] as string) < text) &&
    number('clock') >= 1n &&
    number('clock') < 2n ** 63n &&
    number('transactions') >= 1n &&
    number('transactions') <= 65_535n &&
    number('payload') >= 1n &&
    number('payload') <= 8_388_608n;
  return isSound ? fields : 'header.value';
}

function canonicalFields(bytes: Uint8Array): HeaderFields | undefined {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = new Map(Object.entries(value));
  const names = [...HASHES, ...NUMBERS, ...LINKS].sort();
  if ([...entries.keys()].sort().join() !== names.join()) return undefined;
  const hashes = new Map(HASHES.map((name) => [name, hashOf(entries.get(name))]));
  const numbers = new Map(NUMBERS.map((name) => [name, numberOf(entries.get(name))]));
  const authority = linkOf(entries.get('authority'));
  const isFirst = entries.get('previous') === null;
  const previous = isFirst ? null : linkOf(entries.get('previous'));
  const list = entries.get('parents');
  const parents = Array.isArray(list) ? list.map(linkOf) : undefined;
  const parts = [...hashes.values(), ...numbers.values(), authority, previous, parents];
  if ([...parts, ...(parents ?? [])].includes(undefined)) return undefined;
  const fields = { hashes, numbers, authority, previous, parents } as HeaderFields;
  return Buffer.compare(writeHeader(fields), bytes) === 0 ? fields : undefined;
}

/** The canonical bytes of fields, whatever their values. */
export function writeHeader(fields: HeaderFields): Uint8Array {
  return encode({
    ...Object.fromEntries(fields.hashes),
    ...Object.fromEntries(fields.numbers),
    authority: cid(fields.authority),
    previous: fields.previous === null ? null : cid(fields.previous),
    parents: fields.parents.map(cid),
  });
}

function hashOf(value: unknown): Buffer | undefined {
  return value instanceof Uint8Array && value.length === 32 ? Buffer.from(value) : undefined;
}

function numberOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value >= 0n ? value : undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? BigInt(value)
    : undefined;
}

function linkOf(value: unknown): Buffer | undefined {
  const link = CID.asCID(value);
  if (link === null || link.version !== 1 || link.code !== 0x71) return undefined;
  const { code, digest } = link.multihash;
  return code === 0x12 && digest.length === 32 ? Buffer.from(digest) : undefined;
}

function cid(hash: Uint8Array): CID {
  return CID.createV1(0x71, Digest.create(0x12, hash));
}
