import { describe, expect, test } from 'vitest';
import {
  ANONYMOUS,
  expectOrganisation,
  formatPrincipal,
  parsePrincipal,
  parseUser,
  userOf,
} from '../../src/access/principal.ts';
import { parseSubject } from '../../src/access/tuple.ts';
import {
  PRINCIPAL_NAME_BYTES_MAX,
  PRINCIPAL_ORGANISATION_BYTES_MAX,
} from '../../src/base/limits.ts';

const LONGEST = {
  organisation: 'o'.repeat(PRINCIPAL_ORGANISATION_BYTES_MAX),
  name: 'n'.repeat(PRINCIPAL_NAME_BYTES_MAX),
};

describe('[U1] a principal', () => {
  test.each([
    ['user:acme/ann', 'acme', 'ann'],
    ['user:acme/teams/ann', 'acme', 'teams/ann'],
    ['user:acme//', 'acme', '/'],
    ['user:rotes-kreuz.example/zoë@home|1', 'rotes-kreuz.example', 'zoë@home|1'],
    [`user:${LONGEST.organisation}/${LONGEST.name}`, LONGEST.organisation, LONGEST.name],
  ])('is read from %s and written as it was', (text, organisation, name) => {
    const principal = parsePrincipal(text);
    expect(principal).toEqual({ kind: 'user', organisation, name });
    expect(formatPrincipal(principal)).toBe(text);
    expect(parseSubject(text)).toEqual({ type: 'user', id: `${organisation}/${name}` });
  });

  test('is anybody as user:*, where anybody is somebody', () => {
    expect(parsePrincipal('user:*')).toBe(ANONYMOUS);
    expect(formatPrincipal(ANONYMOUS)).toBe('user:*');
    expect(() => parseUser('user:*')).toThrow('expected user:<organisation>/<name>');
  });

  test.each([
    '',
    'user',
    'user:',
    'user:acme',
    'user:/ann',
    'user:acme/',
    'user:*/ann',
    'user:acme/*',
    'user:acme/a*',
    'User:acme/ann',
    ' user:acme/ann',
    'user:acme/ann ',
    'user:acme/a b',
    'user:acme/a:b',
    'user:acme/a#b',
    'user:ac:me/ann',
    'user:ac#me/ann',
    'user:ac me/ann',
    'user:acme/a\u0000',
    'user:acme/a\nb',
    'user:acme/\u0085',
    'user:acme/\ud800',
    'group:acme/ann',
  ])('is not %j', (text) => {
    expect(() => parsePrincipal(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('got') }),
    );
  });

  test.each([
    [{ ...LONGEST, organisation: `${LONGEST.organisation}o` }, '64 bytes, got 65'],
    [{ ...LONGEST, name: `${LONGEST.name}n` }, '184 bytes, got 185'],
    [{ organisation: 'ö'.repeat(33), name: 'ann' }, '64 bytes, got 66'],
    [{ organisation: 'acme', name: 'x'.repeat(1_000_000) }, '184 bytes, got 1000000'],
  ])('is not longer than its bytes allow', (parts, message) => {
    expect(() => userOf(parts)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining(message),
      }),
    );
  });

  test('of an organisation cannot be named as one of another', () => {
    expect(userOf({ organisation: 'acme', name: 'other/bob' })).toEqual(
      parsePrincipal('user:acme/other/bob'),
    );
    expect(() => userOf({ organisation: 'acme/other', name: 'bob' })).toThrow('* or /');
    expect(() => expectOrganisation('acme/')).toThrow('* or /');
  });
});
