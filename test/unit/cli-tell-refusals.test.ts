import { expect, test } from 'vitest';
import { REFUSALS_TOLD_PER_MINUTE } from '../../src/base/limits.ts';
import { refusalTeller } from '../../src/cli/tell-refusals.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { Method } from '../../src/server/authentication/identity.ts';

const REFUSAL = { method: Method.TOKEN, reason: 'a token \u001b[2J expected', address: '::1' };

test('[U6] refusals are told so many times a minute, and the rest are counted', () => {
  let now = 1_000;
  const notes: string[] = [];
  const terminal = { notes: (text: string) => notes.push(text) } as Partial<Terminal> as Terminal;
  const tell = refusalTeller(terminal, { now: () => now });
  for (let count = 0; count < REFUSALS_TOLD_PER_MINUTE + 1_234; count++) tell(REFUSAL);
  expect(notes).toHaveLength(REFUSALS_TOLD_PER_MINUTE);
  now += 60_000;
  tell({ ...REFUSAL, address: undefined });
  now += 60_000;
  tell(REFUSAL);
  expect(notes.slice(REFUSALS_TOLD_PER_MINUTE)).toEqual([
    'refused: 1,234 more callers\n',
    'refused: an unknown address, token: a token \\u{1b}[2J expected\n',
    'refused: ::1, token: a token \\u{1b}[2J expected\n',
  ]);
});
