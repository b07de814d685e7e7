/** The log commands on records about permissions, and on what these mask. */

import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { onNode, payloadFor } from '../fixture/door.ts';
import { ANN, cityId, create, openRuled, set } from '../fixture/ruled-door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runCommand } from './run-command.ts';

/** Genesis, definition, author, model and grants; a commit, a member and a revocation. */
async function filledLog() {
  const directory = await temporaryDirectory();
  await using log = await FileLog.open(directory);
  const door = await openRuled({ log });
  await using space = door.space;
  const york = cityId(door, 'York');
  const commit = payloadFor(
    [ANN, create(door, 'York')],
    [ANN, onNode(york, set('people'))],
    ['user:home/b\u001bn', onNode(york, set('name'))],
  );
  expect(await door.receive(door.sign(commit))).toMatchObject({ masked: [1, 2] });
  await space.addMember('guests', publicKeyOf(new Uint8Array(32).fill(8)));
  const condition = { name: 'before', context: '{"end":"2030-01-01T00:00:00Z"}' };
  const grant = { object: 'City:*', relation: 'write', subject: 'user:home/eve' };
  await space.access.grant([{ ...grant, condition }], {});
  await space.access.revoke({ grants: [grant], members: ['guests'] });
  return { directory, york };
}

describe('records', () => {
  test('about permissions are shown as people write them, and as JSON', async () => {
    const { directory } = await filledLog();
    const show = async (entry: number, ...words: readonly string[]) => {
      const shown = await runCommand('log', 'show', `${entry}`, '--data', directory, ...words);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      return shown.stdout;
    };
    const model = await show(4);
    expect(model).toContain('\n  record      model\n');
    expect(model).toContain('\n    type City\n      relations\n');
    expect(await show(5)).toContain(`\n  grants      City:*#write@${ANN}\n`);
    const member = await show(7);
    expect(member).toMatch(/^entry 7: authority bafy\w+\n/);
    expect(member).toContain('\n  record      member\n');
    expect(member).toContain('\n  organisation  guests\n');
    expect(await show(8)).toContain(
      '\n  grants      City:*#write@user:home/eve if before {"end":"2030-01-01T00:00:00Z"}\n',
    );
    const revocation = await show(9);
    expect(revocation).toContain('\n  grants      City:*#write@user:home/eve\n');
    expect(revocation).toContain('\n  authors     none\n  members     guests\n');
    expect(revocation).toMatch(/\n {2}frontier {4}[0-9a-f]{64} 1\n/);
    expect(JSON.parse(await show(8, '--json'))).toMatchObject({
      record: 'grants',
      height: 6,
      grants: [{ object: 'City:*', condition: { name: 'before' } }],
    });
    const tail = await runCommand('log', 'tail', '-n', '6', '--data', directory);
    const whats = tail.stdout.split('\n').map((line) => /\w+ at height \d/.exec(line)?.[0]);
    expect(whats.filter((what) => what !== undefined)).toEqual([
      'model at height 3',
      'grants at height 4',
      'member at height 5',
      'grants at height 6',
      'revocation at height 7',
    ]);
  });
});

describe('what is masked', () => {
  test('is told with its commit, by the right that it lacked', async () => {
    const { directory, york } = await filledLog();
    const people = `${ANN} lacks write.people of City:${york}, as of height 4`;
    const { stdout } = await runCommand('log', 'show', '6', '--data', directory);
    expect(stdout.split('\n').filter((line) => line.includes('masked'))).toEqual([
      `    masked: ${people}`,
      '    masked: user:home/b\\u{1b}n is no principal that its author may write for, ' +
        'as of height 4',
    ]);
    const json = await runCommand('log', 'show', '6', '--data', directory, '--json');
    const { transactions } = JSON.parse(json.stdout);
    expect(transactions.map(({ masked }: { masked?: object }) => masked)).toEqual([
      undefined,
      { kind: 'right', height: 4, verb: 'write', object: `City:${york}`, relation: 'write.people' },
      { kind: 'actor', height: 4 },
    ]);
  });

  test('is listed, all of it, and counted', async () => {
    const { directory } = await filledLog();
    const { code, stdout } = await runCommand('log', 'masked', '--data', directory);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^6 {2}transaction 1 {2}[0-9a-f]{32} {2}user:home\/ann: user:home\/ann lacks/,
      ),
      expect.stringMatching(/^6 {2}transaction 2 {2}/),
      '2 transactions masked',
      '',
    ]);
    const json = await runCommand('log', 'masked', '--data', directory, '--json');
    const lines = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ position, index }) => [position, index])).toEqual([
      [6, 1],
      [6, 2],
    ]);
  });
});
