/**
 * The JSON form of a proof (schema/proof.md): one line with exactly one form, so that every byte
 * of it counts. What is read is written again and compared.
 */

import { fromHex, toHex, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  AUTHORITY_RECORD_BYTES_MAX,
  PROOF_BYTES_MAX,
  PROOF_PATH_HASHES_MAX,
  PROOF_RECORDS_MAX,
} from '../base/limits.ts';
import { type Claim, type ClaimedNode, type ClaimedSubject, ClaimedWrite } from './claim.ts';
import { JsonFields } from './json-fields.ts';
import { readValue, valueJson } from './value-json.ts';

export const PROOF_VERSION = 1;

export interface Proof {
  readonly space: Uint8Array;
  readonly claim: Claim;
  /** The authority chain from genesis to the record that the commit cites. */
  readonly authority: readonly Uint8Array[];
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly dictionary: Uint8Array;
  /** The leaf. */
  readonly transaction: Uint8Array;
  /** Its index in the commit. */
  readonly index: number;
  /** From the leaf's sibling on. */
  readonly path: readonly Uint8Array[];
}

/** The one line, without a line feed. Throws LIMIT_EXCEEDED for what is too much for a proof. */
export function encodeProof(proof: Proof): string {
  const text = JSON.stringify({
    version: PROOF_VERSION,
    space: toHex(proof.space),
    claim: claimJson(proof.claim),
    authority: proof.authority.map(base64),
    header: base64(proof.header),
    signature: base64(proof.signature),
    dictionary: base64(proof.dictionary),
    transaction: base64(proof.transaction),
    index: proof.index,
    path: proof.path.map(base64),
  });
  expectAtMost('bytes', PROOF_BYTES_MAX, utf8(text).length);
  expectAtMost('authority records', PROOF_RECORDS_MAX, proof.authority.length);
  return text;
}

/** Throws MALFORMED for any text that `encodeProof` does not write, UNSUPPORTED for a newer one. */
export function decodeProof(text: string): Proof {
  expectAtMost('bytes', PROOF_BYTES_MAX, utf8(text).length);
  const fields = JsonFields.parse('a proof', text);
  const version = fields.index('version');
  if (version !== PROOF_VERSION) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `a proof expected version ${PROOF_VERSION}, got ${version}`,
    );
  }
  const proof: Proof = {
    space: fromHex(fields.hex('space', 32)),
    claim: readClaim(fields.object('claim')),
    authority: fields.bytesList('authority', PROOF_RECORDS_MAX, AUTHORITY_RECORD_BYTES_MAX),
    header: fields.bytes('header'),
    signature: fields.bytes('signature'),
    dictionary: fields.bytes('dictionary'),
    transaction: fields.bytes('transaction'),
    index: fields.index('index'),
    path: fields.bytesList('path', PROOF_PATH_HASHES_MAX, 32),
  };
  if (encodeProof(proof) === text) return proof;
  throw fields.malformed('its canonical form with the known fields', 'another form');
}

function claimJson(claim: Claim): unknown {
  return {
    subject: subjectJson(claim.subject),
    path: claim.path ?? null,
    write: claim.write,
    value: claim.value === undefined ? null : valueJson(claim.value),
    actor: claim.actor,
    time: claim.time,
    transaction: claim.transaction,
  };
}

function readClaim(fields: JsonFields): Claim {
  const write = fields.text('write');
  if (!isClaimedWrite(write))
    throw fields.malformed('write to be create, set, increment, add or insert', write);
  const value = fields.nullable('value', () => readValue(fields.object('value')));
  return {
    subject: readSubject(fields.object('subject')),
    path: fields.nullable('path', () => fields.text('path')),
    write,
    value,
    actor: fields.text('actor'),
    time: fields.text('time'),
    transaction: fields.hex('transaction', 16),
  };
}

function subjectJson(subject: ClaimedSubject): unknown {
  if (subject.element === 'edge') {
    const { element, from, type, to, key } = subject;
    return { element, from, type, to, key };
  }
  const { element, id, type } = subject;
  if ('key' in subject) return { element, id, type, key: subject.key };
  const { number, creator } = subject;
  return { element, id, type, number: String(number), creator: toHex(creator) };
}

function readSubject(fields: JsonFields): ClaimedSubject {
  const element = fields.text('element');
  if (element === 'edge') {
    const [from, type, to] = [fields.text('from'), fields.text('type'), fields.text('to')];
    return { element, from, type, to, key: fields.index('key') };
  }
  if (element !== 'node') throw fields.malformed('element to be node or edge', element);
  const node = { element, id: fields.text('id'), type: fields.text('type') } as const;
  return fields.has('key') ? { ...node, key: fields.text('key') } : numberedNode(fields, node);
}

function numberedNode(
  fields: JsonFields,
  node: { readonly element: 'node'; readonly id: string; readonly type: string },
): ClaimedNode {
  return { ...node, number: fields.uint64('number'), creator: fromHex(fields.hex('creator', 32)) };
}

function isClaimedWrite(text: string): text is ClaimedWrite {
  return Object.values<string>(ClaimedWrite).includes(text);
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

function expectAtMost(what: string, limit: number, actual: number): void {
  if (actual <= limit) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a proof expected at most ${limit} ${what}, got ${actual}`,
    { facts: { limit, actual } },
  );
}
