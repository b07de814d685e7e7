/**
 * Commits that break one rule each, with the reason that every reader must give. What can be
 * signed is signed, so that nothing but the broken rule stands in the way.
 */

import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import { publicKeyOf, signEd25519 } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { decodeCommit, envelopeOf } from '../../src/delta/commit.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { withhold } from '../../src/delta/withhold.ts';
import { layoutFor, onNode, payloadFields } from '../fixture/door.ts';
import {
  type Loose,
  LooseItem,
  looseFloat,
  looseLink,
  looseMap,
  wideBytes,
  wideNumber,
} from '../fixture/loose-cbor.ts';
import {
  CORPUS_SEED,
  FIRST,
  filled,
  payloadOfOne,
  segmentedPayload,
  set,
} from './commit-corpus.ts';

export interface BadCommit {
  readonly comment: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

export type Fields = readonly (readonly [string, Loose])[];

const DOMAIN = utf8('massive-graph/commit/v1\0');
const ID = 'AAAAAAAAAAAAAAAA';
export const PLAIN = payloadOfOne([onNode(ID, set('Ada'))]);
export const SEGMENTED = segmentedPayload();
const VALID = sealed(PLAIN);

export function badCommits(): BadCommit[] {
  return [...badEnvelopes(), ...badHeaders(), ...badValues(), ...badSignatures()];
}

/** A signed commit over this payload; `part` replaces what its header says. */
export function sealed(
  payload: Uint8Array,
  options: {
    readonly format?: CommitFormat;
    readonly form?: 0 | 1;
    readonly part?: Readonly<Record<string, Loose>>;
  } = {},
): Uint8Array {
  const { format = CommitFormat.PLAIN, form = 0, part = {} } = options;
  const fields = fieldsOf(payload, format).map(([name, value]) => [name, part[name] ?? value]);
  return signedEnvelope(looseMap(fields as unknown as Fields), payload, form);
}

export function signedEnvelope(header: Uint8Array, payload: Uint8Array, form: 0 | 1): Uint8Array {
  const signature = signEd25519(CORPUS_SEED, concatBytes(DOMAIN, sha256(header)));
  return envelopeOf(form, { header, signature, payload });
}

/** Header fields in canonical order, as they fit the payload. */
export function fieldsOf(payload: Uint8Array, format: CommitFormat = CommitFormat.PLAIN): Fields {
  const said = payloadFields(payload, layoutFor(format));
  return [
    ['root', said.root],
    ['clock', wideNumber(FIRST.clock, 8)],
    ['epoch', 0],
    ['space', FIRST.space],
    ['author', FIRST.author],
    ['format', format],
    ['parents', [looseLink(filled(4)), looseLink(filled(5))]],
    ['payload', said.payloadBytes],
    ['version', 1],
    ['previous', null],
    ['sequence', 1],
    ['algorithm', 1],
    ['authority', looseLink(FIRST.authority)],
    ['dictionary', said.dictionary],
    ['transactions', said.transactionCount],
  ];
}

function badEnvelopes(): BadCommit[] {
  const changed = (at: number, value: number) => {
    const bytes = Uint8Array.from(VALID);
    bytes[at] = value;
    return bytes;
  };
  const low = VALID[2] as number;
  return [
    bad('no bytes', 'envelope.length', new Uint8Array(0)),
    bad('three bytes', 'envelope.length', VALID.subarray(0, 3)),
    bad('an envelope of format 0', 'envelope.unsupported', changed(0, 0)),
    bad('the envelope of an authority record', 'envelope.unsupported', changed(0, 2)),
    bad('a form that is not known', 'form.unsupported', changed(1, 2)),
    bad('the greatest form', 'form.unsupported', changed(1, 255)),
    bad('an envelope and nothing else', 'header.length', VALID.subarray(0, 4)),
    bad('cut in the header', 'header.length', VALID.subarray(0, 100)),
    bad(
      'cut in the signature',
      'header.length',
      VALID.subarray(0, VALID.length - PLAIN.length - 1),
    ),
    bad('a header that reaches beyond the end', 'header.length', changed(3, 0x0f)),
    bad('a header of 4,097 bytes', 'header.length', longHeader(4_097)),
    bad('a header of no bytes', 'header.noncanonical', longHeader(0)),
    bad('a header one byte shorter', 'header.noncanonical', changed(2, low - 1)),
    bad('a header one byte longer', 'header.noncanonical', changed(2, low + 1)),
    bad('the partial form of a plain commit', 'form.mismatch', changed(1, 1)),
    bad('a byte of the payload missing', 'payload.length', VALID.subarray(0, -1)),
    bad('a byte after the payload', 'payload.length', concatBytes(VALID, Uint8Array.of(0))),
    bad('no payload', 'payload.length', VALID.subarray(0, VALID.length - PLAIN.length)),
  ];
}

function badHeaders(): BadCommit[] {
  const fields = fieldsOf(PLAIN);
  const form = (comment: string, changed: Fields, reason = 'header.noncanonical') =>
    bad(comment, reason, signedEnvelope(looseMap(changed), PLAIN, 0));
  const one = (comment: string, name: string, value: Loose) =>
    form(comment, replaced(fields, name, value));
  const whole = looseMap(fields);
  const raw = (comment: string, header: Uint8Array) =>
    bad(comment, 'header.noncanonical', signedEnvelope(header, PLAIN, 0));
  const hash = filled(4);
  const { root, previous } = { root: fields[0], previous: fields[9] };
  return [
    form('fields in another order', [...fields].reverse()),
    form('two fields swapped', [fields[1], root, ...fields.slice(2)] as Fields),
    form('a field more', [...fields, ['transactionz', 1]]),
    form(
      'a field less',
      fields.filter((field) => field !== previous),
    ),
    form('a field twice', [...fields, ['transactions', 1]]),
    form('a field of another name', [['toor', root?.[1] ?? null], ...fields.slice(1)]),
    one('a number in a wider form', 'sequence', wideNumber(1, 1)),
    one('a number in 8 bytes', 'payload', wideNumber(PLAIN.length, 8)),
    one('a clock in a form wider than it needs', 'clock', wideNumber(5, 8)),
    one('a number as a float', 'sequence', looseFloat(1)),
    one('a negative number', 'epoch', -1),
    one('a number as a text', 'epoch', '0'),
    one('a hash with its length in a wider form', 'root', wideBytes(filled(9), 2)),
    one('a hash of 31 bytes', 'space', filled(1, 31)),
    one('a hash of 33 bytes', 'author', filled(2, 33)),
    one('a hash as a text', 'dictionary', 'a'.repeat(32)),
    one('undefined in place of null', 'previous', new LooseItem(Uint8Array.of(0xf7))),
    one('false in place of null', 'previous', new LooseItem(Uint8Array.of(0xf4))),
    one('a list without a length', 'parents', new LooseItem(Uint8Array.of(0x9f, 0xff))),
    one('null in place of a list', 'parents', null),
    one('a list of null', 'parents', [null]),
    one('null in place of a link', 'authority', null),
    one('bytes in place of a link', 'authority', hash),
    one('a link of another codec', 'authority', looseLink(hash, 0x55)),
    one('a link of another hash function', 'authority', looseLink(hash, 0x71, 0x13)),
    one('a link of 31 bytes', 'authority', looseLink(hash.subarray(1))),
    one('a link under another tag', 'authority', linkOf('d82b582500017112 20')),
    one('a link without its first zero', 'authority', linkOf('d82a5824017112 20')),
    one('a link with a codec in a wider form', 'authority', linkOf('d82a58260001f10012 20')),
    one('a link of version 0', 'authority', linkOf('d82a5823001220')),
    raw('a map without a length', Uint8Array.from([0xbf, ...whole.subarray(1), 0xff])),
    raw('a byte after the header', concatBytes(whole, Uint8Array.of(0))),
    raw('a list in place of the map', Uint8Array.of(0x80)),
    raw('lists in lists', filled(0x81, 4_096)),
  ];
}

function badValues(): BadCommit[] {
  const said = (comment: string, reason: string, part: Readonly<Record<string, Loose>>) =>
    bad(comment, reason, sealed(PLAIN, { part }));
  const links = (...fills: number[]) => fills.map((fill) => looseLink(filled(fill)));
  const beyond = wideNumber(2n ** 53n, 8);
  const many = Array.from({ length: 65 }, (_, index) => index);
  return [
    said('version 2', 'version.unsupported', { version: 2 }),
    said('version 0', 'version.unsupported', { version: 0 }),
    said('version 2^64 - 1', 'version.unsupported', { version: wideNumber(2n ** 64n - 1n, 8) }),
    said('algorithm 2', 'algorithm.unsupported', { algorithm: 2 }),
    said('format 0', 'format.unsupported', { format: 0 }),
    said('format 3', 'format.unsupported', { format: 3 }),
    said('version 2 and format 3', 'version.unsupported', { version: 2, format: 3 }),
    said('a newer version whose clock is 0', 'version.unsupported', { version: 2, clock: 0 }),
    said('epoch 2^53', 'header.value', { epoch: beyond }),
    said('sequence number 0', 'header.value', { sequence: 0 }),
    said('sequence number 2^53', 'header.value', { sequence: beyond }),
    said('clock 0', 'header.value', { clock: 0 }),
    said('clock 2^63', 'header.value', { clock: wideNumber(2n ** 63n, 8) }),
    said('no transactions', 'header.value', { transactions: 0 }),
    said('65,536 transactions', 'header.value', { transactions: 65_536 }),
    said('a payload of 0 bytes', 'header.value', { payload: 0 }),
    said('a payload of 8,388,609 bytes', 'header.value', { payload: 8_388_609 }),
    said('parents in descending order', 'header.value', { parents: links(5, 4) }),
    said('a parent twice', 'header.value', { parents: links(4, 4) }),
    said('65 parents', 'header.value', { parents: links(...many) }),
    said('one transaction more than there are', 'count.mismatch', { transactions: 2 }),
    said('another dictionary', 'dictionary.mismatch', { dictionary: filled(1) }),
    said('another root', 'root.mismatch', { root: filled(1) }),
    said('the root in place of the dictionary', 'dictionary.mismatch', {
      dictionary: payloadFields(PLAIN).root,
    }),
  ];
}

function badSignatures(): BadCommit[] {
  const header = looseMap(fieldsOf(PLAIN));
  const withSignature = (comment: string, signature: Uint8Array, of = header) =>
    bad(comment, 'signature.invalid', envelopeOf(0, { header: of, signature, payload: PLAIN }));
  const right = signEd25519(CORPUS_SEED, concatBytes(DOMAIN, sha256(header)));
  const stranger = filled(10);
  const smallOrder = looseMap(
    replaced(fieldsOf(PLAIN), 'author', Uint8Array.of(1, ...new Uint8Array(31))),
  );
  const identity = Uint8Array.of(1, ...new Uint8Array(63));
  const other = looseMap(replaced(fieldsOf(PLAIN), 'sequence', 2));
  return [
    withSignature('a signature of zeros', new Uint8Array(64)),
    withSignature(
      'a signature by another key',
      signEd25519(stranger, concatBytes(DOMAIN, sha256(header))),
    ),
    withSignature('a signature without its domain', signEd25519(CORPUS_SEED, sha256(header))),
    withSignature('a signature over the header itself', signEd25519(CORPUS_SEED, header)),
    withSignature('the signature of another commit', right, other),
    withSignature('a signature with S + L', plusOrder(right)),
    withSignature('a key of small order, which zeros satisfy', identity, smallOrder),
    withSignature(
      'the key of another in place of the author',
      right,
      looseMap(replaced(fieldsOf(PLAIN), 'author', publicKeyOf(stranger))),
    ),
  ];
}

export function bad(comment: string, reason: string, bytes: Uint8Array): BadCommit {
  return { comment, reason, bytes };
}

export function replaced(fields: Fields, name: string, value: Loose): Fields {
  return fields.map(([key, was]) => [key, key === name ? value : was]);
}

/** A partial form of what is signed here, which need not follow the rules. */
export function partialOf(full: Uint8Array, withheld: readonly number[]): Uint8Array {
  return withhold(decodeCommit(full), ({ segment }) => withheld.includes(segment)).bytes;
}

function longHeader(length: number): Uint8Array {
  return envelopeOf(0, {
    header: new Uint8Array(length),
    signature: new Uint8Array(64),
    payload: PLAIN,
  });
}

function linkOf(head: string): LooseItem {
  const prefix = Buffer.from(head.replaceAll(' ', ''), 'hex');
  return new LooseItem(concatBytes(prefix, filled(4)));
}

/** The same R with S + L: what a reader that forgets S < L takes too. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const changed = Uint8Array.from(signature);
  const little = Buffer.from(signature.subarray(32)).reverse().toString('hex');
  let sum = BigInt(`0x${little}`) + order;
  for (let at = 32; at < 64; at++) {
    changed[at] = Number(sum & 0xffn);
    sum >>= 8n;
  }
  return changed;
}
