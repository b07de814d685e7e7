import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { refuseForeignHost } from '../../src/server/foreign-host.ts';
import { isLoopback } from '../../src/server/loopback.ts';

const statusOf = (host: string | undefined) =>
  refuseForeignHost({ headers: { host } } as IncomingMessage)?.status;

describe('[U2] a host to listen on', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['[::1]', true],
    ['0:0:0:0:0:0:0:1', true],
    ['::ffff:127.0.0.1', true],
    ['localhost', true],
    ['LOCALHOST.', true],
    ['app.localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['128.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['fe80::1', false],
    ['localhost.example', false],
    ['notlocalhost', false],
    ['127.0.0.1.example', false],
    ['', false],
  ])('%j is on this machine alone: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('[U3] a request', () => {
  test.each([
    'localhost',
    'localhost:8080',
    'app.localhost:1',
    '127.0.0.1:8080',
    '127.1',
    '[::1]:8080',
    '[::ffff:127.0.0.1]',
  ])('to %s is answered', (host) => {
    expect(statusOf(host)).toBeUndefined();
  });

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0:8080',
    '[::]:8080',
    '[::ffff:10.0.0.1]',
    'xn--localhost-abc',
  ])('to %s is misdirected', (host) => {
    expect(statusOf(host)).toBe(421);
  });

  test.each([
    undefined,
    '',
    'a b',
    'evil.example@localhost',
    'evil.example/@localhost',
    '[',
    ':80',
  ])('to %s is wrong', (host) => {
    expect(statusOf(host)).toBe(400);
  });
});
