/** Conditions: what their parameters take, what they compute, and what ends them. */

import { describe, expect, test } from 'vitest';
import { AccessError, AccessReason } from '../../src/access/access-error.ts';
import { checkCondition, evaluateCondition, mergeContexts } from '../../src/access/condition.ts';
import { isInRange, parseIpAddress } from '../../src/access/ip-address.ts';
import type { Condition, ParameterType, ScalarKind } from '../../src/access/model.ts';
import { formatParameterType } from '../../src/access/parameter.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import {
  CONDITION_LENGTH_MAX,
  CONTEXT_BYTES_MAX,
  CONTEXT_DEPTH_MAX,
  CONTEXT_VALUES_MAX,
} from '../../src/base/limits.ts';

const HUNDREDS = Array.from({ length: 900 }, (_, index) => index);

describe('a parameter takes', () => {
  test.each<readonly [ParameterType | ScalarKind, unknown, string]>([
    ['bool', true, 'x'],
    ['string', '', 'x == ""'],
    ['int', 3, 'x == 3'],
    ['int', -3, 'x == -3'],
    ['int', '3', 'x == 3'],
    ['int', '1e3', 'x == 1000'],
    ['int', '9223372036854775807', 'x == 9223372036854775807'],
    ['int', '-9223372036854775808', 'x < -9223372036854775807'],
    ['uint', 3, 'x == 3u'],
    ['uint', '18446744073709551615', 'x == 18446744073709551615u'],
    ['double', 3, 'x == 3.0'],
    ['double', '0.1', 'x == 0.1'],
    ['double', '-1e-3', 'x == -0.001'],
    ['double', Number.MAX_VALUE, 'x > 0.0'],
    ['duration', '1h30m', 'x == duration("90m")'],
    ['duration', '-1.5s', 'x < duration("0s")'],
    ['duration', '0', 'x == duration("0s")'],
    ['duration', '1us', 'x != null'],
    ['timestamp', '2026-01-01T00:00:00Z', 'x == timestamp("2026-01-01T01:00:00+01:00")'],
    ['timestamp', '2026-01-01T00:00:00.123456789Z', 'x.getMilliseconds() == 123'],
    ['timestamp', '1969-12-31T23:59:59.9999Z', 'x.getFullYear() == 1969 && x.getSeconds() == 59'],
    ['ipaddress', '::1', 'x == ipaddress("0:0::1")'],
    [list('int'), [1, '2'], 'x == [1, 2]'],
    [list('timestamp'), [], 'x.size() == 0'],
    [list('any'), [1, 'a', null], 'x[1] == "a"'],
    [map('string'), { constructor: 'a' }, 'x["constructor"] == "a" && !("toString" in x)'],
    ['any', { a: [{ b: 1 }] }, 'x.a[0].b == 1'],
    ['any', null, 'x == null'],
  ])('%j: %j, so that %s', (type, value, expression) => {
    expect(evaluateX(type, value, expression)).toBe(true);
  });
});

describe('a parameter refuses', () => {
  test.each<readonly [ParameterType | ScalarKind, unknown, string]>([
    ['bool', 'true', '"true"'],
    ['bool', 1, '1'],
    ['string', 1, '1'],
    ['string', null, 'null'],
    ['int', 1.5, '1.5'],
    ['int', '1.5', '"1.5"'],
    ['int', '', '""'],
    ['int', ' 1', '" 1"'],
    ['int', '0x10', '"0x10"'],
    ['int', true, 'true'],
    ['int', '9223372036854775808', '"9223372036854775808"'],
    ['int', 2 ** 63, '9223372036854776000'],
    ['int', Number.NaN, 'NaN'],
    ['uint', -1, '-1'],
    ['uint', '18446744073709551616', '"18446744073709551616"'],
    ['double', '1e309', '"1e309"'],
    ['double', '-1e309', '"-1e309"'],
    ['double', Number.POSITIVE_INFINITY, 'Infinity'],
    ['double', Number.NaN, 'NaN'],
    ['double', 'Infinity', '"Infinity"'],
    ['double', '1e99999', '"1e99999"'],
    ['duration', '1', '"1"'],
    ['duration', '', '""'],
    ['duration', '1d', '"1d"'],
    ['duration', '1h 30m', '"1h 30m"'],
    ['duration', '9999999999h', '"9999999999h"'],
    ['duration', 60, '60'],
    ['timestamp', '2026-01-01', '"2026-01-01"'],
    ['timestamp', '2026-02-30T00:00:00Z', '"2026-02-30T00:00:00Z"'],
    ['timestamp', '2026-01-01T00:00:00', '"2026-01-01T00:00:00"'],
    ['timestamp', '2026-01-01T11:00.000Z', '"2026-01-01T11:00.000Z"'],
    ['timestamp', 1767225600, '1767225600'],
    ['ipaddress', '1.2.3', '"1.2.3"'],
    ['ipaddress', 'fe80::1%eth0', '"fe80::1%eth0"'],
    [list('int'), [1, 'a'], 'a list'],
    [list('int'), { 0: 1 }, 'a map'],
    [list('int'), 1, '1'],
    [map('int'), [1], 'a list'],
    [map('int'), { a: 'b' }, 'a map'],
    ['any', undefined, 'undefined'],
    ['any', Number.NaN, 'NaN'],
    ['any', new Date(0), 'an object'],
    [map('int'), new Date(0), 'an object'],
    [map('int'), new Map([['a', 1]]), 'an object'],
  ])('%j: %j', (type, value, got) => {
    const name = formatParameterType(typeOf(type));
    const expected = `condition c expected ${name} for parameter x, got ${got}`;
    expectFailed(() => evaluateX(type, value, 'true'), expected);
  });
});

describe('an expression', () => {
  test.each([
    ['x.in_cidr("10.0.0.0/8")', '10.1.2.3', true],
    ['x.in_cidr("10.0.0.0/8")', '11.1.2.3', false],
    ['x.in_cidr("10.0.0.0/8")', '::ffff:10.1.2.3', true],
    ['x.in_cidr("::ffff:10.0.0.0/104")', '10.1.2.3', true],
    ['x.in_cidr("0.0.0.0/0")', '::1', false],
    ['x.in_cidr("2001:db8::/32")', '2001:db8:1::1', true],
    ['x in [ipaddress("10.0.0.1"), ipaddress("10.0.0.2")]', '10.0.0.2', true],
  ])('%s of %s is %s', (expression, value, expected) => {
    expect(evaluateX('ipaddress', value, expression)).toBe(expected);
  });

  test.each([
    ['x.all(a, a > 0)', true],
    ['x.exists(a, a == 3)', true],
    ['x.exists_one(a, a > 2)', true],
    ['x.filter(a, a > 1).map(a, a * 2) == [4, 6]', true],
    ['3 in x && !(4 in x)', true],
    ['x[0] > 0 ? true : false', true],
    ['x[9] == 1 || true', true],
    ['size(x) == 3 && x.size() == 3', true],
  ])('%s of [1, 2, 3] is %s', (expression, expected) => {
    expect(evaluateX(list('int'), [1, 2, 3], expression)).toBe(expected);
  });

  test('takes what the tuple gives before what the question gives', () => {
    const question = new Map([
      ['x', 1],
      ['y', 1],
    ]);
    const merged = mergeContexts(question, new Map([['x', 2]]));
    expect(evaluateCondition(condition('x == 2 && y == 1', { x: 'int', y: 'int' }), merged)).toBe(
      true,
    );
    expect(mergeContexts(question, new Map())).toEqual(question);
  });

  test('does not look at what is no parameter', () => {
    const context = new Map<string, unknown>([
      ['x', 1],
      ['z', { deep: Number.NaN }],
    ]);
    expect(evaluateCondition(condition('x == 1', { x: 'int' }), context)).toBe(true);
  });

  test('needs every parameter, one that would not be looked at too', () => {
    const two = condition('x == 1 || y == 1', { x: 'int', y: 'int' });
    const expected = 'condition c expected a value of parameter y, got none';
    expectFailed(() => evaluateCondition(two, new Map([['x', 1]])), expected);
    expectFailed(() => evaluateCondition(two, new Map([['y', 1]])), /of parameter x, got none$/);
  });

  test.each([
    ['1 / x == 1', 'division by zero'],
    ['x - 9223372036854775807 - 2 == 0', 'integer overflow: -9223372036854775809'],
    ['[1][x + 5] == 1', 'No such key: index out of bounds, index 5 >= size 1'],
    ['ipaddress("x").in_cidr("y")', 'ipaddress expected an address, got x'],
    ['ipaddress("::1").in_cidr("::1")', 'in_cidr expected a range, got ::1'],
  ])('that fails is told: %s', (expression, got) => {
    const expected = `condition c expected to be evaluated, got ${got}`;
    expectFailed(() => evaluateX('int', 0, expression), expected);
  });

  test('of a key that is no own one finds nothing', () => {
    for (const key of ['constructor', '__proto__', 'toString', 'size', 'get']) {
      expectFailed(() => evaluateX('any', {}, `x.${key} == 1`), /No such key/);
      expectFailed(() => evaluateX(map('int'), {}, `x["${key}"] == 1`), /No such key/);
    }
  });
});

describe('an expression is refused', () => {
  test.each([
    ['', 'an expression in CEL, got Unexpected token: EOF'],
    ['x ==', 'an expression in CEL, got Unexpected token: EOF'],
    ['x = 1', 'an expression in CEL, got Unexpected character: ='],
    ['y == 1', 'an expression in CEL, got Unknown variable: y'],
    ['x == "a"', 'an expression in CEL, got no such overload: int == string'],
    ['x', 'true or false, got int'],
    ['dyn(x)', 'true or false, got dyn'],
    ['foo(x)', 'a function of conditions, got foo()'],
    ['string(x).matches("(a+)+$")', 'a function of conditions, got matches()'],
    ['"a b".split(" ").size() == 2', 'a function of conditions, got split()'],
    ['cel.bind(a, 1, a == x)', 'a function of conditions, got bind()'],
    ['timestamp(string(x)) != null', 'text of RFC 3339 in timestamp(), got another argument'],
    ['timestamp("2026-01-01") != null', 'text of RFC 3339 in timestamp(), got 2026-01-01'],
    ['duration("1d") != null', 'text such as "1h30m" in duration(), got 1d'],
    [
      'timestamp("2026-01-01T00:00:00Z").getHours("Europe/Berlin") == 1',
      'getHours() in UTC, got a time zone',
    ],
    [
      'timestamp("2026-01-01T00:00:00Z").getDayOfYear() == 1',
      'a function of conditions, got getDayOfYear()',
    ],
    ['x == 9223372036854775808', 'integers of 64 bits, got 9223372036854775808'],
    ['{"a": x}.a == 1', 'no map, got a map'],
    [`${'('.repeat(40)}true${')'.repeat(40)}`, 'an expression in CEL, got Exceeded maxDepth (32)'],
    [`${'x == 1 || '.repeat(110)}true`, `at most ${CONDITION_LENGTH_MAX} characters, got 1104`],
  ])('%s', (expression, message) => {
    const refused = condition(expression, { x: 'int' });
    expectFailed(() => checkCondition(refused), `condition c expected ${message}`);
    expectFailed(() => evaluateCondition(refused, new Map([['x', 1]])), /^condition c expected /);
  });

  test.each(['cel', 'google', 'a-b-', 'in', 'var'])('over a parameter named %s', (name) => {
    const parameters = new Map([[name, { kind: 'int' } as const]]);
    const check = () => checkCondition({ name: 'c', expression: `${name} == 1`, parameters });
    expectFailed(check, /^condition c expected an expression in CEL, got /);
  });
});

describe('what an evaluation costs is bounded', () => {
  test.each<readonly [string, ParameterType | ScalarKind, unknown, RegExp]>([
    ['x.all(a, x.all(b, x.all(c, a <= b || b <= c || c <= a)))', list('int'), HUNDREDS, /steps/],
    ['x.all(a, x.exists(b, a == b && b == a))', list('int'), HUNDREDS, /at most 1000000 steps/],
    ['x.map(a, x + x + x).size() > 0', list('int'), HUNDREDS, /at most 1000000 steps, got/],
    ['x.a.all(b, x.a.all(c, x.a.all(d, true)))', 'any', { a: HUNDREDS }, /steps, got/],
    ['true', list('int'), new Array(CONTEXT_VALUES_MAX).fill(1), /^context expected at most/],
    ['true', 'any', nested(CONTEXT_DEPTH_MAX + 1), /values within one another, got more$/],
    ['true', 'string', 'x'.repeat(CONTEXT_BYTES_MAX + 1), /^context expected at most \d+ bytes/],
    ['true', 'any', { [`${'k'.repeat(CONTEXT_BYTES_MAX)}`]: 'v' }, /at most \d+ bytes, got more/],
    ['true', 'string', 'é'.repeat(CONTEXT_BYTES_MAX / 2 + 1), /at most \d+ bytes, got more/],
    [
      Array.from({ length: 20 }, () => 'x[0].contains(x[1])').join(' || '),
      list('string'),
      ['a'.repeat(16_000), `${'a'.repeat(8_000)}b`],
      /steps, got/,
    ],
  ])('%s', (expression, type, value, message) => {
    const start = performance.now();
    expectFailed(() => evaluateX(type, value, expression), message);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('and everything below it is computed, soon', () => {
    const start = performance.now();
    expect(evaluateX(list('int'), HUNDREDS, 'x.all(a, a in x)')).toBe(true);
    const some = HUNDREDS.slice(0, 300);
    expect(evaluateX(list('int'), some, 'x.all(a, x.exists(b, a <= b))')).toBe(true);
    expect(evaluateX('any', nested(CONTEXT_DEPTH_MAX), 'x == x')).toBe(true);
    expect(evaluateX('bool', true, `${'!'.repeat(1_000)}x`)).toBe(true);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('addresses', () => {
  test.each([
    ...['0.0.0.0', '255.255.255.255', '::', '::1', '1::', '1:2:3:4:5:6:7:8', '1::8', 'ABCD::ef'],
    ...['::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '2001:db8::'],
  ])('%s', (text) => {
    const address = parseIpAddress(text);
    expect(
      address !== undefined && isInRange(address, `${text}/${text.includes(':') ? 128 : 32}`),
    ).toBe(true);
  });

  test.each([
    ...['', '1', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', ':', ':::'],
    ...['1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '12345::', 'g::'],
    ...[
      '1.2.3.4::',
      '::1.2.3',
      '1:2:3:4:5:6:7:1.2.3.4',
      'fe80::1%0',
      '[::1]',
      '1:',
      ':1',
      '１.2.3.4',
    ],
  ])('%j is none', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  test.each([
    ...['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0/8', '/8'],
    ...['::/129', '::1/64/64', '10.0.0.0/8 ', 'x/8', '::ffff:10.0.0.0/129'],
  ])('%j is no range', (range) => {
    const address = parseIpAddress('10.0.0.1');
    expect(address !== undefined && isInRange(address, range)).toBeUndefined();
  });
});

function evaluateX(type: ParameterType | ScalarKind, value: unknown, expression: string): boolean {
  const parameters = new Map([['x', typeOf(type)]]);
  return evaluateCondition({ name: 'c', expression, parameters }, new Map([['x', value]]));
}

function condition(expression: string, kinds: Readonly<Record<string, ScalarKind>>): Condition {
  const parameters = Object.entries(kinds).map(([name, kind]) => [name, { kind }] as const);
  return { name: 'c', expression, parameters: new Map(parameters) };
}

function typeOf(type: ParameterType | ScalarKind): ParameterType {
  return typeof type === 'string' ? { kind: type } : type;
}

function list(kind: ScalarKind): ParameterType {
  return { kind: 'list', element: { kind } };
}

function map(kind: ScalarKind): ParameterType {
  return { kind: 'map', element: { kind } };
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

function expectFailed(run: () => unknown, message: string | RegExp): void {
  expect(run).toThrow(AccessError);
  expect(run).toThrow(
    expect.objectContaining({
      code: ErrorCode.INVALID_INPUT,
      reason: AccessReason.CONDITION,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  );
}
