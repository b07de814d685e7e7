import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('stray-rejections-server.ts', import.meta.url));

test('a query whose answer leaves a failure behind does not end the server', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const messages = stdout.trimEnd().split('\n');
  expect(messages).toHaveLength(2);
  for (const message of messages) expect(message).toContain('must not be null');
});
