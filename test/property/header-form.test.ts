import { describe, expect, test } from 'vitest';
import { type CommitHeader, decodeHeader } from '../../src/delta/header.ts';
import { checkHeaders } from './header-form.ts';

const SEED = 20_261_125;
const COUNT = 8_000;

describe('[C3] the template of headers and a general DAG-CBOR codec', () => {
  test(`agree on ${COUNT} headers, from seed ${SEED} on`, () => {
    const { accepted, reasons } = checkHeaders({ seed: SEED, count: COUNT });
    expect(accepted).toBeGreaterThan(COUNT / 5);
    for (const reason of ['header.noncanonical', 'header.value', 'version.unsupported']) {
      expect(reasons.get(reason), reason).toBeGreaterThan(COUNT / 100);
    }
    expect([...reasons.keys()].sort()).toEqual([
      'algorithm.unsupported',
      'format.unsupported',
      'header.length',
      'header.noncanonical',
      'header.value',
      'version.unsupported',
    ]);
  }, 60_000);

  test.each<[string, (bytes: Uint8Array) => CommitHeader, RegExp]>([
    ['ignores bytes after the end', lenient, /expected header.noncanonical, got taken/],
    ['takes the fields of another place', swapped, /^fields/],
  ])('a reader that %s is found out', (_, decode, message) => {
    expect(() => checkHeaders({ seed: SEED, count: 2_000, decode })).toThrow(message);
  });
});

function lenient(bytes: Uint8Array): CommitHeader {
  for (let cut = 1; cut < 40; cut++) {
    try {
      return decodeHeader(bytes.subarray(0, bytes.length - cut));
    } catch {}
  }
  return decodeHeader(bytes);
}

function swapped(bytes: Uint8Array): CommitHeader {
  const header = decodeHeader(bytes);
  return { ...header, space: header.author, author: header.space };
}
