import { beforeAll, describe, expect, test } from 'vitest';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { sameBytes } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { PROOF_BYTES_MAX } from '../../src/base/limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { decodeHeader, encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { EMPTY_MAP, IdValue, ListValue, Timestamp, type Value } from '../../src/delta/value.ts';
import { decodeProof, encodeProof, type Proof } from '../../src/proof/document.ts';
import { type ProofVerdict, verifyProof } from '../../src/proof/verify.ts';
import { Door, envelope, onEdge, onNode, payloadOf } from '../fixture/door.ts';

const VALUES: readonly (readonly [string, Value, unknown])[] = [
  ['p.null', null, { kind: 'null' }],
  ['p.bool', false, { kind: 'bool', value: false }],
  ['p.int', -(2n ** 63n), { kind: 'int64', value: '-9223372036854775808' }],
  ['p.zero', 0n, { kind: 'int64', value: '0' }],
  ['p.float', 0.1, { kind: 'float64', value: '0.1' }],
  ['p.minus', -0, { kind: 'float64', value: '-0' }],
  ['p.nan', Number.NaN, { kind: 'float64', value: 'NaN' }],
  ['p.huge', Number.NEGATIVE_INFINITY, { kind: 'float64', value: '-Infinity' }],
  ['p.string', 'Zürich "\\\n\u0000 🎈', { kind: 'string', value: 'Zürich "\\\n\u0000 🎈' }],
  ['p.bytes', Uint8Array.of(0, 255), { kind: 'bytes', value: 'AP8=' }],
  ['p.time', new Timestamp(-1n), { kind: 'timestamp', value: '-1' }],
  ['p.id', new IdValue('A'.repeat(16)), { kind: 'id', value: 'A'.repeat(16) }],
  ['p.map', EMPTY_MAP, { kind: 'map' }],
  ['p.empty', new ListValue([]), { kind: 'list', value: [] }],
  [
    'p.list',
    new ListValue(['a', -1n, false, Uint8Array.of(1)]),
    {
      kind: 'list',
      value: [
        { kind: 'string', value: 'a' },
        { kind: 'int64', value: '-1' },
        { kind: 'bool', value: false },
        { kind: 'bytes', value: 'AQ==' },
      ],
    },
  ],
];

let door: Door;
let city: string;
let street: string;

beforeAll(async () => {
  door = await Door.open();
  const { result } = await door.space.write({ actor: 'user:zoë' }, (draft) => {
    const ids = {
      city: draft.createNode('City', { key: 'ZRH' }),
      street: draft.createNode('Street'),
    };
    draft.setNodeValue(ids.city, 'name', 'Zürich');
    draft.setNodeValue(ids.city, 'people', 400_000n);
    draft.setNodeValue(ids.street, 'name', 'Bahnhofstrasse');
    return ids;
  });
  ({ city, street } = result);
  const other = payloadOf(
    [onNode(street, { operation: 'set', path: 'name', value: 'Rennweg' })],
    VALUES.map(([path, value]) => onNode(city, { operation: 'set', path, value })),
    [
      onEdge({ from: city, type: 'ROAD', to: city, key: 7 }, { operation: 'createEdge' }),
      onEdge(
        { from: city, type: 'ROAD', to: city, key: 7 },
        { operation: 'set', path: 'length', value: 12n },
      ),
    ],
  );
  expect(await door.answer(door.sign(other))).toBe('applied');
});

async function prove(id: string, path?: string): Promise<string> {
  const node = door.space.graph.nodeById(id);
  assert(node !== undefined, 'the node is there');
  const text = await door.space.nodeProof(node, path);
  assert(text !== undefined, 'the value is there');
  return text;
}

function claimOf(verdict: ProofVerdict) {
  if (!verdict.valid) throw new Error(`${verdict.reason}: ${verdict.message}`);
  return verdict.claim;
}

function reasonOf(text: string): string {
  const verdict = verifyProof(text);
  return verdict.valid ? 'valid' : verdict.reason;
}

describe('[P1] a proof of', () => {
  test('a value names its node, path, value, actor, time and transaction', async () => {
    const text = await prove(city, 'name');
    const verdict = verifyProof(text);
    const node = door.space.graph.nodeById(city);
    assert(node !== undefined, 'the node is there');
    const lineage = await door.space.nodeLineage(node, 'name');
    expect(claimOf(verdict)).toEqual({
      subject: { element: 'node', id: city, type: 'City', key: 'ZRH' },
      path: 'name',
      write: 'set',
      value: 'Zürich',
      actor: 'user:zoë',
      time: lineage?.time.toISOString(),
      transaction: lineage?.transaction,
    });
    expect(verdict).toMatchObject({
      space: door.space.id,
      commit: lineage?.commit,
      author: lineage?.author,
      sequence: 1,
    });
  });

  test.each(VALUES.filter(([, value]) => value !== null))(
    '%s, in its one text',
    async (path, value, json) => {
      const text = await prove(city, path);
      expect(claimOf(verifyProof(text)).value).toEqual(value);
      expect(JSON.parse(text).claim.value).toEqual(json);
    },
  );

  test('a node is of its create, and names what its id is the hash of', async () => {
    expect(claimOf(verifyProof(await prove(city)))).toMatchObject({
      path: undefined,
      write: 'create',
    });
    const { subject } = claimOf(verifyProof(await prove(street)));
    expect(subject).toMatchObject({ id: street, type: 'Street', creator: door.key });
  });

  test('a value that was written later is of that commit, with the type of its node', async () => {
    const verdict = verifyProof(await prove(street, 'name'));
    expect(claimOf(verdict)).toMatchObject({
      value: 'Rennweg',
      subject: { type: 'Street', creator: door.key },
    });
    expect(verdict).toMatchObject({ sequence: 2 });
  });

  test('an edge and its value names the ends, the type and the key', async () => {
    const name = { from: city, type: 'ROAD', to: city, key: 7 };
    const edge = door.space.graph.edgeByName(name);
    assert(edge !== undefined, 'the edge is there');
    const existence = claimOf(verifyProof((await door.space.edgeProof(edge)) ?? ''));
    expect(existence).toMatchObject({ subject: { element: 'edge', ...name }, write: 'create' });
    const length = claimOf(verifyProof((await door.space.edgeProof(edge, 'length')) ?? ''));
    expect(length).toMatchObject({ path: 'length', value: 12n });
    expect(await door.space.edgeProof(edge, 'lanes')).toBeUndefined();
  });
});

describe('[P6] a proof of a sum', () => {
  test('is of the set that the increments add to', async () => {
    await door.space.write({ actor: 'user:adds' }, (draft) =>
      draft.incrementNodeValue(city, 'people', 5n),
    );
    const node = door.space.graph.nodeById(city);
    assert(node !== undefined, 'the node is there');
    expect(door.space.graph.nodeValue(node, 'people')).toBe(400_005n);
    const claim = claimOf(verifyProof(await prove(city, 'people')));
    expect(claim).toMatchObject({ write: 'set', value: 400_000n, actor: 'user:zoë' });
  });

  test('is of the increments of its last writer where no set is under them', async () => {
    const add = (amount: bigint) =>
      onNode(city, { operation: 'increment', path: 'visits', base: { kind: 'none' }, amount });
    expect(await door.answer(door.sign(payloadOf([add(40n)])))).toBe('applied');
    expect(await door.answer(door.sign(payloadOf([add(1n), add(-3n)])))).toBe('applied');
    const node = door.space.graph.nodeById(city);
    assert(node !== undefined, 'the node is there');
    expect(door.space.graph.nodeValue(node, 'visits')).toBe(38n);
    const claim = claimOf(verifyProof(await prove(city, 'visits')));
    expect(claim).toMatchObject({ write: 'increment', value: -2n });
  });
});

describe('[P2] a proof has one form:', () => {
  test('every byte of it counts', async () => {
    const proofs = [await prove(city, 'name'), await prove(street), await prove(city, 'p.string')];
    const reasons = new Map<string, number>();
    for (const text of proofs) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        // The lowest bit makes a digit of hex or base64 another one most of the time.
        changed[at] = (changed[at] as number) ^ (at % 2 === 0 ? 1 : 1 << (at % 7));
        const verdict = verifyProof(changed.toString('utf8'));
        if (verdict.valid) throw new Error(`byte ${at} does not count: ${changed}`);
        reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
      }
    }
    for (const reason of ['FORM', 'HEADER', 'SIGNATURE', 'AUTHORITY', 'DICTIONARY', 'CLAIM']) {
      expect(reasons.get(reason), reason).toBeGreaterThan(5);
    }
    expect(reasons.get('INCLUSION')).toBeGreaterThan(100);
  }, 120_000);

  test('no byte can be added or left out', async () => {
    const text = await prove(city, 'name');
    const forms = [
      '',
      '{}',
      'null',
      `${text}\n`,
      ` ${text}`,
      `\ufeff${text}`,
      text.slice(0, -1),
      text.replace('{', '{"more":1,'),
      text.replace(':', ': '),
      text.replace('"version":1', '"version":1.0'),
      text.replace('"version":1', '"version":"1"'),
      text.replace('"version":1,', ''),
      text.replace('"version":1', '"version":1,"version":1'),
      text.replace('"version":1', '"__proto__":{},"version":1'),
      text.replace('"index":0', '"index":-0'),
      text.replace('"index":0', '"index":0e0'),
      text.replace('ü', '\\u00fc'),
      text.replace('"path":[', '"path":["",').replace(',]', ']'),
      JSON.stringify(JSON.parse(text), null, 2),
    ];
    for (const form of forms) expect(reasonOf(form), form.slice(0, 60)).toBe('FORM');
  });

  test('a newer version is told apart, and one that is too long is not read', async () => {
    const text = await prove(city, 'name');
    expect(reasonOf(text.replace('"version":1', '"version":2'))).toBe('UNSUPPORTED');
    expect(reasonOf(' '.repeat(PROOF_BYTES_MAX + 1))).toBe('FORM');
    const proof = decodeProof(text);
    const long = { ...proof, transaction: new Uint8Array(PROOF_BYTES_MAX) };
    expect(() => encodeProof(long)).toThrow(
      expect.objectContaining({ code: ErrorCode.LIMIT_EXCEEDED }),
    );
  });
});

describe('a proof is refused', () => {
  let proof: Proof;
  let other: Proof;
  const changed = (part: Partial<Proof>) => reasonOf(encodeProof({ ...proof, ...part }));

  beforeAll(async () => {
    proof = decodeProof(await prove(city, 'p.int'));
    other = decodeProof(await prove(street, 'name'));
  });

  test('[P3] when another key signed the header', () => {
    const header = decodeHeader(proof.header);
    const stranger = encodeHeader({ ...header, author: publicKeyOf(new Uint8Array(32).fill(3)) });
    expect(changed({ header: stranger })).toBe('SIGNATURE');
    expect(changed({ header: encodeHeader({ ...header, sequence: 9 }) })).toBe('SIGNATURE');
    expect(changed({ signature: proof.signature.subarray(1) })).toBe('SIGNATURE');
    expect(changed({ header: proof.header.subarray(1) })).toBe('HEADER');
  });

  test('[P4] when its authority is of another space, cut, out of order or forged', async () => {
    const foreign = await Door.open({ seed: 2 });
    const node = await foreign.space.write({ actor: 'a' }, (draft) => draft.createNode('Street'));
    const row = foreign.space.graph.nodeById(node.result);
    assert(row !== undefined, 'the node is there');
    const theirs = decodeProof((await foreign.space.nodeProof(row)) ?? '');
    expect(changed({ authority: theirs.authority })).toBe('SPACE');
    expect(changed({ space: theirs.space, authority: theirs.authority })).toBe('SPACE');
    expect(changed({ space: theirs.space })).toBe('SPACE');
    const [genesis, definition] = proof.authority;
    assert(genesis !== undefined && definition !== undefined, 'two records');
    expect(changed({ authority: [] })).toBe('AUTHORITY');
    expect(changed({ authority: [genesis] })).toBe('AUTHORITY');
    expect(changed({ authority: [definition, genesis] })).toBe('AUTHORITY');
    expect(changed({ authority: [genesis, definition, definition] })).toBe('AUTHORITY');
    const forged = signRecord(decodeRecord(definition).body, new Uint8Array(32).fill(9)).bytes;
    expect(changed({ authority: [genesis, forged] })).toBe('AUTHORITY');
  });

  test('[P4] when the chain holds, and does not certify its author', () => {
    const seed = new Uint8Array(32).fill(9);
    const header = decodeHeader(proof.header);
    const stranger = encodeHeader({ ...header, author: publicKeyOf(seed) });
    const signature = envelope(stranger, new Uint8Array(), seed).slice(4 + stranger.length);
    expect(changed({ header: stranger, signature })).toBe('AUTHOR');
  });

  test('[P5] when the transaction is not in the commit, or not at its index', () => {
    expect(changed({ index: proof.index + 1 })).toBe('INCLUSION');
    expect(changed({ index: 3 })).toBe('INCLUSION');
    expect(changed({ path: proof.path.toReversed() })).toBe('INCLUSION');
    expect(changed({ path: proof.path.slice(1) })).toBe('INCLUSION');
    expect(changed({ path: [...proof.path, new Uint8Array(32)] })).toBe('INCLUSION');
    expect(changed({ path: proof.path.map((hash) => hash.subarray(1)) })).toBe('FORM');
    expect(changed({ transaction: other.transaction })).toBe('INCLUSION');
    expect(changed({ dictionary: new Uint8Array() })).toBe('DICTIONARY');
  });

  test('[P5] when it holds what another transaction of the same commit wrote', () => {
    expect(sameBytes(sha256(other.header), sha256(proof.header))).toBe(true);
    const { transaction, index, path } = other;
    expect(changed({ transaction, index, path })).toBe('CLAIM');
    expect(changed({ transaction, index, path, claim: other.claim })).toBe('valid');
  });

  test('[P6] when it claims another value, path, actor, time or kind of write', () => {
    const { claim } = proof;
    expect(changed({ claim: { ...claim, value: 1n } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, value: undefined } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, path: 'p.zero' } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, path: undefined } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, actor: 'user:other' } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, time: '2020-01-01T00:00:00.000Z' } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, write: 'increment' } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, transaction: '00'.repeat(16) } })).toBe('CLAIM');
    expect(changed({ claim: { ...claim, subject: other.claim.subject } })).toBe('CLAIM');
  });

  test('[P6] unless it claims what else the transaction wrote, a removal among it', async () => {
    const { claim } = proof;
    expect(changed({ claim: { ...claim, path: 'p.null', value: null } })).toBe('valid');
    expect(changed({ claim: { ...claim, path: 'p.zero', value: 0n } })).toBe('valid');
    const node = door.space.graph.nodeById(city);
    assert(node !== undefined, 'the node is there');
    expect(await door.space.nodeProof(node, 'p.null')).toBeUndefined();
  });

  test('[P7] when the node is of another type or key', () => {
    const { claim } = proof;
    const node = { element: 'node', id: city } as const;
    const subjects = [
      { ...node, type: 'Street', key: 'ZRH' },
      { ...node, type: 'City', key: 'BSL' },
      { ...node, type: 'City', number: 1n, creator: door.key },
    ];
    for (const subject of subjects) expect(changed({ claim: { ...claim, subject } })).toBe('NODE');
  });

  test('[P7] when its type takes characters of its key, of which a hash cannot tell', async () => {
    const key = 'k'.repeat(300);
    const id = nodeIdByKey({ space: proof.space, type: 'City', key });
    const create = { operation: 'createNodeByKey', type: 'City', key } as const;
    expect(await door.answer(door.sign(payloadOf([onNode(id, create)])))).toBe('applied');
    const set = { operation: 'set', path: 'name', value: 'Long' } as const;
    expect(await door.answer(door.sign(payloadOf([onNode(id, set)])))).toBe('applied');
    const long = decodeProof(await prove(id, 'name'));
    // The length of a type is one byte of what is hashed: 4 and 260 would be one.
    const subject = { element: 'node', id, type: `City${'k'.repeat(256)}`, key: 'k'.repeat(44) };
    const { claim } = long;
    const moved = { ...claim, subject: subject as typeof claim.subject };
    expect(reasonOf(encodeProof(long))).toBe('valid');
    expect(reasonOf(encodeProof({ ...long, claim: moved }))).toBe('NODE');
  });
});
