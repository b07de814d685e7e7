import { describe, expect, test } from 'vitest';
import { holdsDigest, parseContentDigest } from '../../src/server/authentication/content-digest.ts';
import {
  formatInnerList,
  parseDictionary,
} from '../../src/server/authentication/structured-fields.ts';

/** What a machine that has much else to do takes; a pattern that goes astray takes minutes. */
const SOON_MILLISECONDS = 2_000;

describe('a dictionary of RFC 9651', () => {
  test('has inner lists and bytes, with parameters of each kind', () => {
    const text =
      'sig=("@method" "a";req  "b\\"\\\\" );created=1;keyid="k";t=a/b:*;y;n=?0;x=:AAE=:' +
      ', b.*-_1=:AAE=:';
    const members = parseDictionary(text);
    const none = new Map();
    expect(members?.get('sig')).toEqual({
      kind: 'list',
      items: [
        { value: '@method', parameters: none },
        { value: 'a', parameters: new Map([['req', true]]) },
        { value: 'b"\\', parameters: none },
      ],
      parameters: new Map<string, unknown>([
        ['created', 1],
        ['keyid', 'k'],
        ['t', { token: 'a/b:*' }],
        ['y', true],
        ['n', false],
        ['x', Uint8Array.of(0, 1)],
      ]),
    });
    expect(members?.get('b.*-_1')).toEqual({
      kind: 'bytes',
      bytes: Uint8Array.of(0, 1),
      parameters: none,
    });
  });

  test('is written in one way, however it came', () => {
    const member = parseDictionary('s=(  "a"   "b" );  n=007;t=x;y=?1;z=?0;q=":";b=::')?.get('s');
    if (member?.kind !== 'list') throw new Error('it is a list');
    expect(formatInnerList(member.items, member.parameters)).toBe(
      '("a" "b");n=7;t=x;y;z=?0;q=":";b=::',
    );
  });

  test('may be empty', () => {
    expect(parseDictionary('')).toEqual(new Map());
    expect(parseDictionary('a=()')?.get('a')).toMatchObject({ items: [] });
  });

  test.each([
    ' ',
    'a',
    'a=',
    'a=1',
    'a="x"',
    'a=?1',
    'A=()',
    '1=()',
    '=()',
    'a=(),',
    'a=(), ',
    ',a=()',
    'a=() b=()',
    'a=();',
    'a=();=1',
    'a=();n=',
    'a=();n=1.5',
    'a=();n=1234567890123456',
    'a=();n=@1659578233',
    'a=();n=1;n=2',
    'a=(),a=()',
    'a=("x""y")',
    'a=("x"',
    'a=("x',
    'a=(x)',
    'a=("\\x")',
    'a=("é")',
    'a=("\n")',
    'a=("x"\t"y")',
    'a =()',
    'a= ()',
    'a=:AAE:',
    'a=:AAF=:',
    'a=:AAE=',
    'a=:A A=:',
    'a=:AA_-:',
    'a=() ;n=1',
    `a=("${'x'.repeat(20_000)}`,
    `a=(${'"x" '.repeat(5_000)}`,
    `a=()${' '.repeat(15_000)}b`,
  ])('is not %j', (text) => {
    const before = performance.now();
    expect(parseDictionary(text)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(SOON_MILLISECONDS);
  });
});

describe('[U16] the digest of a body', () => {
  // Of RFC 9530, appendix B.
  const body = Buffer.from('{"hello": "world"}\n');
  const sha256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:';
  const sha512 =
    'sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCs' +
    'yRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:';

  test.each([sha256, sha512, `${sha256},${sha512}`, `md5=:AAAA:, ${sha256}`])(
    '%s holds',
    (text) => {
      const digest = parseContentDigest(text);
      expect(digest !== undefined && holdsDigest(digest, body)).toBe(true);
      expect(digest !== undefined && holdsDigest(digest, body.subarray(1))).toBe(false);
    },
  );

  test('that is right and one that is wrong do not hold together', () => {
    const digest = parseContentDigest(`${sha256}, sha-512=:${'A'.repeat(86)}==:`);
    expect(digest !== undefined && holdsDigest(digest, body)).toBe(false);
  });

  test.each([
    '',
    'md5=:AAAA:',
    'sha=:AAAA:',
    'sha-256=("x")',
    'sha-256=:AAAA:',
    `${sha256},${sha256}`,
    'constructor=:AAAA:',
    sha256.replace('sha', 'SHA'),
    'sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=',
  ])('is not %j', (text) => {
    expect(parseContentDigest(text)).toBeUndefined();
  });
});
