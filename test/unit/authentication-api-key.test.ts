import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parseUser } from '../../src/access/principal.ts';
import { utf8 } from '../../src/base/bytes.ts';
import { changeFile, replaceFile } from '../../src/base/durable-file.ts';
import { API_KEY_LABEL_BYTES_MAX, API_KEY_LINE_BYTES_MAX } from '../../src/base/limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { hashApiKey, idOfApiKey, makeApiKey } from '../../src/server/authentication/api-key.ts';
import {
  type ApiKey,
  decodeApiKeys,
  encodeApiKeys,
  expectLabel,
} from '../../src/server/authentication/api-key-file.ts';
import { ApiKeyStore } from '../../src/server/authentication/api-key-store.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const NOW = Date.parse('2027-01-15T08:00:00.000Z');
const DAY = 86_400_000;

function newKey(changes: Partial<ApiKey> = {}): { text: string; entry: ApiKey } {
  const { id, text, hash } = makeApiKey(systemRandom);
  const principal = parseUser('user:acme/ann');
  const times = { created: NOW, expires: NOW + DAY, revoked: undefined };
  return { text, entry: { id, hash, principal, label: 'nightly', ...times, ...changes } };
}

const fileOf = (...keys: readonly ApiKey[]) =>
  encodeApiKeys(new Map(keys.map((key) => [key.id, key])));

describe('[U12] an API key', () => {
  test('is 8 and 32 random bytes in hex, and never the same', () => {
    const keys = Array.from({ length: 100 }, () => makeApiKey(systemRandom));
    for (const { id, text, hash } of keys) {
      expect(text).toMatch(/^mg_[0-9a-f]{16}_[0-9a-f]{64}$/);
      expect([idOfApiKey(text), hashApiKey(text)]).toEqual([id, hash]);
    }
    expect(new Set(keys.map(({ text }) => text.slice(-64))).size).toBe(100);
  });

  test.each([
    '',
    'mg_',
    `mg_${'0'.repeat(16)}_${'0'.repeat(63)}`,
    `mg_${'0'.repeat(16)}_${'0'.repeat(65)}`,
    `mg_${'0'.repeat(15)}_${'0'.repeat(64)}`,
    `mg_${'A'.repeat(16)}_${'0'.repeat(64)}`,
    `MG_${'0'.repeat(16)}_${'0'.repeat(64)}`,
    ` mg_${'0'.repeat(16)}_${'0'.repeat(64)}`,
    `mg_${'0'.repeat(16)}_${'0'.repeat(64)}\n`,
    `mg-${'0'.repeat(16)}-${'0'.repeat(64)}`,
  ])('is not %j', (text) => {
    expect(idOfApiKey(text)).toBeUndefined();
  });
});

describe('[U13] the file of API keys', () => {
  test('is read as it was written, and holds no secret', () => {
    const keys = [
      newKey(),
      newKey({ label: 'Zoës “Schlüssel”', principal: parseUser('user:ö/zoë') }),
      newKey({ revoked: NOW + 1 }),
    ];
    const bytes = fileOf(...keys.map(({ entry }) => entry));
    expect([...decodeApiKeys(bytes, 'f').values()]).toEqual(keys.map(({ entry }) => entry));
    for (const { text } of keys) expect(Buffer.from(bytes).includes(text.slice(-64))).toBe(false);
    expect(decodeApiKeys(fileOf(), 'f').size).toBe(0);
  });

  const { entry } = newKey();
  const [head = '', line = ''] = Buffer.from(fileOf(entry)).toString().split('\n');
  const members = JSON.parse(line) as Record<string, unknown>;
  const changed = (changes: Record<string, unknown>) =>
    `${head}\n${JSON.stringify({ ...members, ...changes })}\n`;

  test.each<[string, string, number]>([
    ['nothing', '', 1],
    ['another head', `{"format":"keys"}\n${line}\n`, 1],
    ['a newer version', `${head.replace('1', '2')}\n`, 1],
    ['no line feed at its end', `${head}\n${line}`, 2],
    ['no line feed behind its head', head, 1],
    ['an empty line', `${head}\n\n${line}\n`, 2],
    ['lines that end as on Windows', `${head}\r\n${line}\r\n`, 1],
    ['a line that is no JSON', `${head}\n{\n`, 2],
    ['a line that is a list', `${head}\n[]\n`, 2],
    ['a line that is null', `${head}\nnull\n`, 2],
    ['a key twice', `${head}\n${line}\n${line}\n`, 3],
    ['spaces', `${head}\n${line.replace(',', ', ')}\n`, 2],
    ['an unknown member', changed({ admin: true }), 2],
    ['a member twice', `${head}\n${line.replace('{', '{"id":"0000000000000000",')}\n`, 2],
    ['another order', `${head}\n${JSON.stringify(reversed(members))}\n`, 2],
    ['a key without a principal', changed({ principal: undefined }), 2],
    ['a key for anybody', changed({ principal: 'user:*' }), 2],
    ['a key for a group', changed({ principal: 'group:acme/ann' }), 2],
    ['an id in capitals', changed({ id: 'ABCDEF0123456789' }), 2],
    ['a short hash', changed({ hash: 'ab' }), 2],
    ['a hash that is a number', changed({ hash: 7 }), 2],
    ['an empty label', changed({ label: '' }), 2],
    ['a label of two lines', changed({ label: 'a\nb' }), 2],
    ['a key that never expires', changed({ expires: null }), 2],
    ['a day that is none', changed({ expires: '2027-02-30T00:00:00.000Z' }), 2],
    ['a time without a zone', changed({ created: '2027-01-15T08:00:00.000' }), 2],
    ['a time without milliseconds', changed({ revoked: '2027-01-15T08:00:00Z' }), 2],
    ['a key that is revoked by false', changed({ revoked: false }), 2],
    ['a line of too many characters', changed({ label: 'x'.repeat(API_KEY_LINE_BYTES_MAX) }), 2],
  ])('is refused with %s', (_, text, at) => {
    expect(() => decodeApiKeys(utf8(text), 'keys')).toThrow(
      expect.objectContaining({ position: { file: 'keys', line: at, column: 1 } }),
    );
  });

  test('is refused as other bytes than UTF-8, and with a mark before it', () => {
    expect(() => decodeApiKeys(Uint8Array.of(0xff), 'f')).toThrow('UTF-8');
    expect(() => decodeApiKeys(utf8(`\ufeff${head}\n`), 'f')).toThrow('got another line');
  });

  test('shows nothing of a line that is wrong', () => {
    const { text } = newKey();
    const [, , secret = ''] = text.split('_');
    const { message } = thrownBy(() => decodeApiKeys(utf8(`${head}\n${text}\n`), 'f'));
    expect(message).toContain('expected an object of JSON');
    expect(message).not.toContain(secret.slice(0, 8));
  });

  test('has labels that can be read', () => {
    expect(expectLabel('x'.repeat(API_KEY_LABEL_BYTES_MAX))).toHaveLength(128);
    for (const label of [
      '',
      'x'.repeat(API_KEY_LABEL_BYTES_MAX + 1),
      'ö'.repeat(65),
      'a\u001b[0m',
    ]) {
      expect(() => expectLabel(label)).toThrow('a label expected 1 to 128 bytes');
    }
  });

  function thrownBy(act: () => unknown): Error {
    try {
      act();
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('expected an error');
  }

  function reversed(object: object): object {
    return Object.fromEntries(Object.entries(object).reverse());
  }
});

describe('[U15] a server', () => {
  async function openStore(...keys: readonly ApiKey[]) {
    const path = join(await temporaryDirectory(), 'keys');
    await replaceFile(path, fileOf(...keys));
    let now = NOW;
    const problems: unknown[] = [];
    const onChange = vi.fn();
    const store = await ApiKeyStore.open(path, {
      clock: { now: () => now },
      onProblem: (problem) => problems.push(problem),
      onChange,
    });
    return {
      path,
      store,
      problems,
      onChange,
      setNow: (milliseconds: number) => {
        now = milliseconds;
      },
    };
  }

  test('knows whose key it is, and until when', async () => {
    const { text, entry } = newKey();
    const { store } = await openStore(newKey().entry, entry);
    using _ = store;
    expect(await store.identify(text)).toEqual({
      principal: entry.principal,
      method: 'api_key',
      endsAt: NOW + DAY,
      keyId: entry.id,
    });
  });

  test('refuses what is unknown, other, expired, revoked, or no key', async () => {
    const [good, revoked] = [newKey(), newKey({ revoked: NOW })];
    const { store, setNow } = await openStore(good.entry, revoked.entry);
    using _ = store;
    const wrong = `${good.text.slice(0, -1)}${good.text.endsWith('0') ? '1' : '0'}`;
    const stranger = `${newKey().text.slice(0, 20)}${good.text.slice(20)}`;
    for (const [text, why] of [
      [wrong, 'has another secret'],
      [stranger, 'is unknown'],
      [revoked.text, 'was revoked'],
      ['mg_', 'is no API key'],
      [good.text.toUpperCase(), 'is no API key'],
    ] as const) {
      await expect(store.identify(text)).rejects.toThrow(why);
    }
    setNow(NOW + DAY - 1);
    expect((await store.identify(good.text)).method).toBe('api_key');
    setNow(NOW + DAY);
    await expect(store.identify(good.text)).rejects.toThrow('has expired');
  });

  test('takes a new key and refuses one that was revoked from the next use on', async () => {
    const [first, second] = [newKey(), newKey()];
    const { store, path } = await openStore(first.entry);
    using _ = store;
    await expect(store.identify(second.text)).rejects.toThrow('is unknown');
    await replaceFile(path, fileOf(first.entry, second.entry));
    expect((await store.identify(second.text)).method).toBe('api_key');
    await replaceFile(path, fileOf(first.entry, { ...second.entry, revoked: NOW }));
    await expect(store.identify(second.text)).rejects.toThrow('was revoked');
    expect((await store.identify(first.text)).method).toBe('api_key');
  });

  test('sees a change within the file that keeps its size and its time of change', async () => {
    const [first, second] = [newKey(), newKey()];
    const { store, path } = await openStore(first.entry);
    using _ = store;
    const { atime, mtime } = await stat(path);
    await writeFile(path, fileOf(second.entry));
    await utimes(path, atime, mtime);
    expect((await store.identify(second.text)).method).toBe('api_key');
  });

  test('hears of a change without being asked', async () => {
    const { text, entry } = newKey();
    const { store, path, onChange } = await openStore(entry);
    using _ = store;
    await store.identify(text);
    expect(store.isInForce(entry.id)).toBe(true);
    await replaceFile(path, fileOf({ ...entry, revoked: NOW }));
    await vi.waitFor(() => expect(onChange).toHaveBeenCalled());
    expect(store.isInForce(entry.id)).toBe(false);
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ['is gone', (path) => rm(path)],
    ['is malformed', (path) => writeFile(path, 'keys')],
    ['is a directory', (path) => rm(path).then(() => mkdir(path))],
  ])('gives nobody a right while the file %s, and says so once', async (_, damage) => {
    const { text, entry } = newKey();
    const { store, path, problems } = await openStore(entry);
    using _store = store;
    await damage(path);
    await expect(store.identify(text)).rejects.toThrow('is unknown');
    await expect(store.identify(text)).rejects.toThrow('is unknown');
    expect(problems).toHaveLength(1);
    expect(store.isInForce(entry.id)).toBe(false);
    await rm(path, { recursive: true, force: true });
    await replaceFile(path, fileOf(entry));
    expect((await store.identify(text)).method).toBe('api_key');
  });

  test('does not start with a file that is missing or malformed', async () => {
    const path = join(await temporaryDirectory(), 'keys');
    const options = { clock: { now: () => NOW }, onProblem: vi.fn(), onChange: vi.fn() };
    await expect(ApiKeyStore.open(path, options)).rejects.toThrow('ENOENT');
    await writeFile(path, 'keys');
    await expect(ApiKeyStore.open(path, options)).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

describe('[U14] a change of the file', () => {
  test('is made by one at a time, so that none is lost', async () => {
    const path = join(await temporaryDirectory(), 'keys');
    const add = (entry: ApiKey) =>
      changeFile(path, (bytes) => {
        const keys = bytes === undefined ? [] : decodeApiKeys(bytes, path);
        return encodeApiKeys(new Map(keys).set(entry.id, entry));
      });
    const entries = Array.from({ length: 8 }, () => newKey().entry);
    const outcomes = await Promise.allSettled(entries.map(add));
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThan(0);
    expect(decodeApiKeys(await readFile(path), path).size).toBe(done);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    }
  });

  test('that fails changes nothing and locks nothing', async () => {
    const path = join(await temporaryDirectory(), 'keys');
    await replaceFile(path, fileOf());
    const fail = () => {
      throw new Error('no');
    };
    await expect(changeFile(path, fail)).rejects.toThrow('no');
    await changeFile(path, (bytes) => bytes ?? new Uint8Array(0));
    expect(await readFile(path)).toEqual(Buffer.from(fileOf()));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
