/** What a council keeps, on a real disk: it comes back, or the start says what is wrong. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLog } from '../../src/log/file-log.ts';
import { EntryKind } from '../../src/log/log.ts';
import { CouncilLog } from '../../src/proposal/council-log.ts';
import type { CouncilMessage } from '../../src/proposal/council-parts.ts';
import { SPACE_KEY } from '../../src/quorum/space-key.ts';
import { Phase, signVotes, Verdict } from '../../src/quorum/vote.ts';
import { openProposal, voterRounds } from '../fixture/voter-rounds.ts';
import { decide, epochBody, votingChain, votingKey } from '../fixture/voting-chain.ts';

const ROUNDS = 10;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'massive-graph-council-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('[QC38] is read as it was kept', async () => {
  const all = messages();
  {
    await using log = await CouncilLog.open(directory);
    expect(log.kept()).toEqual([]);
    await log.keep(all.slice(0, 2));
    await log.keep([]);
    await log.keep(all.slice(2));
  }
  await using log = await CouncilLog.open(directory);
  expect(log.kept()).toEqual(all);
});

test('[QC38] says where it is damaged', async () => {
  {
    await using log = await CouncilLog.open(directory);
    await log.keep(messages());
  }
  const file = join(directory, 'council', 'log-0000000001.segment');
  const bytes = await readFile(file);
  bytes[200] = (bytes[200] as number) ^ 1;
  await writeFile(file, bytes);
  await expect(CouncilLog.open(directory)).rejects.toMatchObject({ code: 'CORRUPT' });
});

test('[QC38] holds nothing but what a council keeps', async () => {
  {
    await using log = await CouncilLog.open(directory);
    await log.keep([]);
  }
  {
    await using log = await FileLog.open(join(directory, 'council'));
    const hash = new Uint8Array(32);
    await log.append([{ kind: EntryKind.COMMIT, hash, bytes: new Uint8Array(8) }]);
  }
  await using log = await CouncilLog.open(directory);
  expect(() => log.kept()).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
});

test('[QC9] a voter that is killed between signing and sending never votes twice', async () => {
  const { killed, kept, lost } = await voterRounds({ rounds: ROUNDS, seed: 3 });
  expect(killed).toBe(ROUNDS);
  expect(Math.min(kept, lost)).toBeGreaterThan(0);
});

test('[QC9] it is found where a voter forgets what it kept', async () => {
  const forgetting = voterRounds({ rounds: ROUNDS, seed: 3, forgets: true });
  await expect(forgetting).rejects.toThrow('a member voted twice');
});

function messages(): CouncilMessage[] {
  const { chain } = votingChain();
  const proposal = openProposal(chain);
  const vote = {
    phase: Phase.OPINION,
    verdict: Verdict.APPROVED,
    round: 0,
    epoch: 1,
    position: 1,
    space: chain.space,
    key: SPACE_KEY,
    previous: new Uint8Array(32),
    subject: proposal.hash,
  } as const;
  const { proof } = decide(chain, epochBody(chain, 2));
  if (proof.kind !== 'certificate') throw new Error('a decided record has a certificate');
  return [
    { kind: 'proposal', proposal },
    { kind: 'votes', batch: signVotes([vote], votingKey('red')) },
    { kind: 'certificate', certificate: proof.certificate },
  ];
}
