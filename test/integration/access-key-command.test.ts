import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { folderWith, runCommand, serveCommand } from './run-command.ts';

const DEFINITION = 'type City @node { name: String! @id }';
const KEY = /^mg_([0-9a-f]{16})_[0-9a-f]{64}\n$/;

async function setUp(authentication: object = { apiKeys: 'keys.jsonl' }) {
  const folder = await folderWith({
    'authentication.json': JSON.stringify(authentication),
    'graph.graphql': DEFINITION,
  });
  return { folder, keys: join(folder, 'keys.jsonl'), auth: join(folder, 'authentication.json') };
}

const key = (...words: readonly string[]) => runCommand('access', 'key', ...words);

describe('[U14] access key', () => {
  test('makes, lists and revokes keys, whose secrets it shows once and keeps nowhere', async () => {
    const { keys, auth } = await setUp();
    const made = await key('create', 'user:acme/ann', '--auth', auth, '--label', 'nightly');
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(KEY)]);
    expect(made.stderr).toMatch(/^for user:acme\/ann until \d{4}-.*Z; it is not shown again\n$/);
    const id = KEY.exec(made.stdout)?.[1] ?? '';
    const json = await key('create', 'user:acme/bob', '--keys', keys, '--days', '1', '--json');
    const second = JSON.parse(json.stdout);
    expect(Date.parse(second.expires) - Date.parse(second.created)).toBe(86_400_000);
    const listed = await key('list', '--keys', keys);
    expect(listed.stdout).toMatch(
      new RegExp(`^${id}  user:acme/ann  until .*Z  nightly\n${second.id}  .*  program\n$`),
    );
    const revoked = await key('revoke', id, '--auth', auth);
    expect(revoked.stdout).toMatch(new RegExp(`^${id}  user:acme/ann  revoked .*Z  nightly\n$`));
    const again = await key('revoke', id, '--auth', auth);
    expect(again.stdout).toBe(revoked.stdout);
    const { keys: entries } = JSON.parse((await key('list', '--json', '--keys', keys)).stdout);
    expect(entries.map((entry: { revoked: string | null }) => entry.revoked !== null)).toEqual([
      true,
      false,
    ]);
    const text = await readFile(keys, 'utf8');
    for (const secret of [made.stdout, second.key]) {
      expect(text).not.toContain(secret.trim().slice(-64));
      expect(listed.stdout).not.toContain(secret.trim().slice(-64));
    }
    expect((await stat(keys)).mode & 0o777).toBe(0o600);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['anybody', ['create', 'user:*'], /a principal expected user:<organisation>\/<name>/],
    ['a bare name', ['create', 'ann'], /a principal expected/],
    ['a label of two lines', ['create', 'user:acme/ann', '--label', 'a\nb'], /a label expected/],
    ['an unknown id', ['revoke', '0000000000000000'], /an id that is there, got another/],
  ])('refuses %s, and changes nothing', async (_, words, message) => {
    const { keys } = await setUp();
    await key('create', 'user:acme/ann', '--keys', keys);
    const before = await readFile(keys, 'utf8');
    const { code, stdout, stderr } = await key(...words, '--keys', keys);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(await readFile(keys, 'utf8')).toBe(before);
    expect(await stat(`${keys}.new`).catch(() => undefined)).toBeUndefined();
  });

  test('does not write over another change that is under way', async () => {
    const { keys } = await setUp();
    await writeFile(`${keys}.new`, '');
    const { code, stdout, stderr } = await key('create', 'user:acme/ann', '--keys', keys);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`expected no other change under way, got ${keys}.new`);
  });

  test('needs an authentication file that names keys', async () => {
    const { auth } = await setUp({ anonymous: true });
    const { code, stderr } = await key('list', '--auth', auth);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--auth expected apiKeys in it')]);
  });
});

describe('serve --auth', () => {
  test('[U15] takes a key that is made while it runs, and refuses it once revoked', async () => {
    const { folder, auth } = await setUp();
    await key('create', 'user:acme/ann', '--auth', auth);
    const schema = join(folder, 'graph.graphql');
    const data = join(folder, 'data');
    const serving = await serveCommand('--data', data, '--schema', schema, '--auth', auth);
    const send = (authorization: string) =>
      fetch(String(serving.line.graphql), {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      }).then(({ status }) => status);
    const { stdout } = await key('create', 'user:acme/bob', '--auth', auth);
    const bearer = `Bearer ${stdout.trim()}`;
    expect(await send(bearer)).toBe(200);
    await key('revoke', KEY.exec(stdout)?.[1] ?? '', '--auth', auth);
    expect(await send(bearer)).toBe(401);
    expect(serving.told()).toMatch(
      /Authentication: API keys in .*; callers without a credential are refused/,
    );
    await vi.waitFor(() =>
      expect(serving.told()).toMatch(/refused: 127\.0\.0\.1, api_key: API key .* was revoked/),
    );
    expect(serving.told()).not.toContain(stdout.trim().slice(-64));
    expect(await serving.stop('SIGTERM')).toBe(0);
  });

  test('[U2] listens where it is told to, and says that it has no TLS', async () => {
    const { folder, auth } = await setUp({ anonymous: true });
    const schema = join(folder, 'graph.graphql');
    const where = ['--host', '0.0.0.0', '--data', join(folder, 'data'), '--schema', schema];
    const serving = await serveCommand(...where, '--auth', auth);
    expect(serving.line.graphql).toMatch(/^http:\/\/0\.0\.0\.0:/);
    expect(serving.line.metrics).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await vi.waitFor(() => expect(serving.told()).toContain('HTTP without TLS'));
    expect(await serving.stop('SIGTERM')).toBe(0);
  });

  test('[U4] does not start with a file that is wrong, and makes no data directory', async () => {
    const { folder, auth } = await setUp({ anonymous: true, admin: true });
    const schema = join(folder, 'graph.graphql');
    const data = join(folder, 'data');
    const words = ['serve', '--data', data, '--schema', schema, '--auth', auth];
    const { code, stderr } = await runCommand(...words);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/authentication\.json:1:1: .*admin/)]);
    expect(await stat(data).catch(() => undefined)).toBeUndefined();
  });
});
