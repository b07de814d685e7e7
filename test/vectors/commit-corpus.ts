/**
 * Valid commits for vectors and for flipping bits, the same in every run: fixed keys, fixed seeds.
 * The partial forms of a commit stand after it.
 */

import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit, signCommit, type UnsignedHeader } from '../../src/delta/commit.ts';
import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemName,
  SeenAdd,
} from '../../src/delta/delta.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  ListValue,
  Timestamp,
  type Value,
} from '../../src/delta/value.ts';
import { type SegmentName, withhold } from '../../src/delta/withhold.ts';
import { onEdge, onNode } from '../fixture/door.ts';
import { randomPayload, randomSegmentedPayload } from '../property/door-payload.ts';
import { Seeded } from '../seeded.ts';

export interface NamedCommit {
  readonly comment: string;
  readonly bytes: Uint8Array;
}

export const CORPUS_SEED = new Uint8Array(32).fill(9);
const FLIPPED_COMMITS = 50;
/** All bits of a commit are flipped, one after the other: small ones do as well. */
const FLIPPED_BYTES_MAX = 640;

const ID = 'AAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBB';
const EDGE = { from: ID, type: 'KNOWS', to: OTHER, key: 7 };

export const FIRST: UnsignedHeader = {
  space: filled(1),
  epoch: 0,
  author: publicKeyOf(CORPUS_SEED),
  sequence: 1,
  previous: undefined,
  parents: [],
  authority: filled(2),
  clock: 0x0199_aabb_ccdd_0001n,
};
const LATER: UnsignedHeader = {
  ...FIRST,
  sequence: 300,
  previous: filled(3),
  parents: [filled(4), filled(5)],
};

/** Every kind of what can stand in a commit, by name. */
export function validCommits(): NamedCommit[] {
  return [...plainCommits(), ...segmentedCommits()];
}

/** The small ones of the valid commits, and random ones, to the number that is flipped. */
export function flippedCommits(): NamedCommit[] {
  const seeded = new Seeded(50);
  const commits = validCommits().filter(({ bytes }) => bytes.length <= FLIPPED_BYTES_MAX);
  while (commits.length < FLIPPED_COMMITS) {
    for (const commit of randomCommits(seeded, commits.length)) {
      if (commit.bytes.length <= FLIPPED_BYTES_MAX) commits.push(commit);
    }
  }
  return commits.slice(0, FLIPPED_COMMITS);
}

/** A payload with segments in its full form: a node, its salary, and an edge. */
export function segmentedPayload(): Uint8Array {
  const writer = new PayloadWriter({ secret: filled(0x5e) });
  writer.addSegmented({
    id: filled(0x11, 16),
    actor: 'user:ada',
    segments: [
      { relation: 'read', deltas: [onNode(ID, createOf('ada')), onNode(ID, set('Ada'))] },
      { relation: 'read.salary', deltas: [onNode(ID, set(90_000n, 'salary'))] },
      { relation: 'read', deltas: [onEdge(EDGE, { operation: 'createEdge' })] },
    ],
  });
  return writer.finish();
}

export function payloadOfOne(deltas: readonly AddressedDelta[]): Uint8Array {
  const writer = new PayloadWriter();
  writer.add({ id: filled(0x11, 16), actor: 'user:ada', deltas });
  return writer.finish();
}

export function set(value: Value, path = 'name'): Delta {
  return { operation: 'set', path, value };
}

function plainCommits(): NamedCommit[] {
  const name = [onNode(ID, set('Ada'))];
  const plain = (comment: string, payload: Uint8Array, header: UnsignedHeader = FIRST) => ({
    comment,
    bytes: signCommit(header, payload, CORPUS_SEED).bytes,
  });
  const parents = Array.from({ length: 64 }, (_, index) => filled(index));
  const greatest = {
    epoch: Number.MAX_SAFE_INTEGER,
    sequence: Number.MAX_SAFE_INTEGER,
    clock: 2n ** 63n - 1n,
  };
  return [
    plain('plain: one transaction, the first commit of its author', payloadOfOne(name)),
    plain('plain: a later commit, with parents', payloadOfOne(name), LATER),
    plain('plain: 64 parents', payloadOfOne(name), { ...LATER, parents }),
    plain('plain: the greatest numbers', payloadOfOne(name), { ...LATER, ...greatest }),
    plain('plain: a clock of 1', payloadOfOne(name), { ...FIRST, clock: 1n }),
    plain('plain: three transactions for two actors', threeTransactions(), LATER),
    plain('plain: every opcode but those of collections', payloadOfOne(everyOpcode())),
    ...VALUES.map(([kind, value]) =>
      plain(`plain: a value of kind ${kind}`, payloadOfOne([onNode(ID, set(value))])),
    ),
    plain('plain: increments on no set, on one of this commit and of another', increments(), LATER),
    plain('plain: adds to a set of values, and removals of seen ones', addsAndRemovals(), LATER),
    plain('plain: inserts into a sequence, moves and removals of items', toSequences(), LATER),
  ];
}

function segmentedCommits(): NamedCommit[] {
  const three = segmented('a node, its salary and an edge', segmentedPayload());
  const mixed = segmented('after a plain transaction, one relation twice', mixedPayload());
  const random = new Seeded(12);
  const counts = { transactionsMax: 3, segmentsMax: 4 };
  return [
    ...three,
    ...mixed,
    ...segmented('random ones', randomSegmentedPayload(random, [filled(4)], counts)).slice(0, 1),
  ];
}

/** The full form, and each partial form. */
function segmented(comment: string, payload: Uint8Array): NamedCommit[] {
  const header = { ...FIRST, format: CommitFormat.SEGMENTED };
  const full = signCommit(header, payload, CORPUS_SEED);
  const names: SegmentName[] = [];
  withhold(full, (name) => names.push(name) < 0);
  const partial = Array.from({ length: 2 ** names.length }, (_, subset) => {
    const isWithheld = ({ transaction, segment }: SegmentName) => {
      const index = names.findIndex(
        (name) => name.transaction === transaction && name.segment === segment,
      );
      return ((subset >> index) & 1) === 1;
    };
    const withheld = names.filter(isWithheld).map((name) => `${name.transaction}.${name.segment}`);
    const which = withheld.length === 0 ? 'nothing withheld' : `withheld ${withheld.join(' ')}`;
    return {
      comment: `partial: ${comment}, ${which}`,
      bytes: withhold(full, isWithheld).bytes,
    };
  });
  return [{ comment: `segmented: ${comment}`, bytes: full.bytes }, ...partial];
}

function randomCommits(seeded: Seeded, number: number): NamedCommit[] {
  if (seeded.chance(0.5)) {
    const payload = randomPayload(seeded, [filled(4)]);
    const bytes = signCommit(FIRST, payload, CORPUS_SEED).bytes;
    return [{ comment: `plain: random ${number}`, bytes }];
  }
  const payload = randomSegmentedPayload(seeded, [filled(4)], {
    transactionsMax: 2,
    segmentsMax: 2,
  });
  const header = { ...FIRST, format: CommitFormat.SEGMENTED };
  const full = signCommit(header, payload, CORPUS_SEED).bytes;
  const partial = withhold(decodeCommit(full), () => seeded.chance(0.5)).bytes;
  return [
    { comment: `segmented: random ${number}`, bytes: full },
    { comment: `partial: random ${number}, ${toHex(partial).length / 2} bytes`, bytes: partial },
  ];
}

const VALUES: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['bool', true],
  ['int64', -(2n ** 63n)],
  ['float64', -0],
  ['NaN', Number.NaN],
  ['string', 'é日🎈\0'],
  ['bytes', Uint8Array.of(0, 255)],
  ['timestamp', new Timestamp(-1n)],
  ['id', new IdValue(OTHER)],
  ['map', EMPTY_MAP],
  ['list', new ListValue([true, -1n, 0.5, 'é', Uint8Array.of(0), new IdValue(OTHER)])],
];

function threeTransactions(): Uint8Array {
  const writer = new PayloadWriter();
  for (const [index, actor] of ['user:ada', 'user:bob', 'user:ada'].entries()) {
    writer.add({ id: filled(index, 16), actor, deltas: [onNode(ID, set(BigInt(index), 'n'))] });
  }
  return writer.finish();
}

function everyOpcode(): AddressedDelta[] {
  return [
    onNode(ID, { operation: 'createNode', type: 'Person', number: 2n ** 64n - 1n }),
    onNode(OTHER, createOf('bob')),
    onNode(ID, set('Ada')),
    onEdge(EDGE, { operation: 'createEdge' }),
    onNode(OTHER, { operation: 'delete' }),
    onEdge(EDGE, { operation: 'delete' }),
    onEdge(EDGE, increment({ kind: 'none' })),
  ];
}

function increments(): Uint8Array {
  const writer = new PayloadWriter();
  const bases: IncrementBase[] = [
    { kind: 'none' },
    { kind: 'own', position: 0 },
    { kind: 'commit', hash: filled(4), position: 65_535 },
  ];
  writer.add({
    id: filled(1, 16),
    actor: 'user:ada',
    deltas: [onNode(ID, set(1n, 'n')), ...bases.map((base) => onNode(ID, increment(base)))],
  });
  return writer.finish();
}

function addsAndRemovals(): Uint8Array {
  const writer = new PayloadWriter();
  const add = { operation: 'add', path: 'tags', value: 'red' } as const;
  const adds: SeenAdd[] = [
    { kind: 'own', position: 0 },
    { kind: 'commit', hash: filled(4), position: 65_535 },
  ];
  const items = VALUES.map(([, value]) => value).filter(isListItem);
  writer.add({
    id: filled(1, 16),
    actor: 'user:ada',
    deltas: items.map((value) => onNode(ID, { ...add, value })),
  });
  writer.add({
    id: filled(2, 16),
    actor: 'user:ada',
    deltas: [
      onNode(ID, { operation: 'remove', path: 'tags', value: 1n, adds: adds.slice(0, 1) }),
      onEdge(EDGE, add),
      onEdge(EDGE, { operation: 'remove', path: 'tags', value: 'red', adds }),
    ],
  });
  return writer.finish();
}

function toSequences(): Uint8Array {
  const writer = new PayloadWriter();
  const values = VALUES.map(([, value]) => value).filter(isListItem);
  const own: ItemName = { kind: 'own', position: 0, number: 65_535 - values.length };
  const other: ItemName = { kind: 'commit', hash: filled(4), position: 65_535, number: 65_535 };
  const path = 'items';
  const insert = { operation: 'insert', path, number: own.number, values } as const;
  const move = { operation: 'move', path, number: 9 } as const;
  writer.add({
    id: filled(1, 16),
    actor: 'user:ada',
    deltas: [onNode(ID, { ...insert, place: undefined })],
  });
  const runs = [
    { ...own, count: values.length + 1 },
    { ...other, count: 1 },
  ];
  writer.add({
    id: filled(2, 16),
    actor: 'user:ada',
    deltas: [
      onNode(ID, { ...insert, place: { side: 'left', of: own } }),
      onNode(ID, { ...move, item: other, place: undefined }),
      onNode(ID, { operation: 'removeItems', path, runs }),
      onEdge(EDGE, { ...insert, place: { side: 'right', of: other } }),
      onEdge(EDGE, { ...move, item: own, place: { side: 'left', of: own } }),
    ],
  });
  return writer.finish();
}

function mixedPayload(): Uint8Array {
  const writer = new PayloadWriter({ secret: filled(0x5f) });
  writer.add({ id: filled(1, 16), actor: 'user:bob', deltas: [onNode(ID, set(1n, 'n'))] });
  writer.addSegmented({
    id: filled(2, 16),
    actor: 'user:ada',
    segments: [
      { relation: 'read', deltas: [onNode(ID, increment({ kind: 'own', position: 0 }))] },
      { relation: 'read', deltas: [onNode(ID, set(true)), onNode(ID, { operation: 'delete' })] },
    ],
  });
  return writer.finish();
}

function increment(base: IncrementBase): Delta {
  return { operation: 'increment', path: 'n', base, amount: -1n };
}

function createOf(key: string): Delta {
  return { operation: 'createNodeByKey', type: 'Person', key };
}

export function filled(value: number, count = 32): Uint8Array {
  return new Uint8Array(count).fill(value);
}
