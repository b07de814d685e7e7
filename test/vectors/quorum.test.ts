/** Tables 4 and 5 of the predecessors: quorums by count, and what is evidence of two votes. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { evidenceOf } from '../../src/quorum/evidence.ts';
import { Phase, signVotes, Verdict, type Vote } from '../../src/quorum/vote.ts';
import { quorumOf, toleratedOf } from '../../src/quorum/voters.ts';

const TABLES = new URL('../../../shared/vectors/predecessor/README.md', import.meta.url);
const hasTables = existsSync(TABLES);
if (!hasTables) process.stdout.write('no ../shared/vectors/predecessor: its tables are not read\n');
const text = hasTables ? readFileSync(TABLES, 'utf8') : '';

const SEED = new Uint8Array(32).fill(1);
const KEY = { seed: SEED, publicKey: publicKeyOf(SEED) };
const VOTE = /^(?<proposal>prop\d) (?<verdict>Yes|No), view (?<view>\d+), (?<phase>\w+)$/;
const PHASES: Readonly<Record<string, Phase>> = {
  Prepare: Phase.PREVOTE,
  PreCommit: Phase.PRECOMMIT,
};

describe.skipIf(!hasTables)('the predecessors', () => {
  test('[QC1] table 4: a quorum of members', () => {
    const rows = rowsOf(4);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const [n, f, quorum, yes, isApproved] of rows) {
      expect([toleratedOf(Number(n)), quorumOf(Number(n))]).toEqual([Number(f), Number(quorum)]);
      expect(Number(yes) >= quorumOf(Number(n)) ? 'yes' : 'no').toBe(isApproved);
    }
  });

  test('[QC17] [QC18] table 5: two votes of one member', () => {
    const rows = rowsOf(5);
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const [first = '', second = '', evidence] of rows) {
      const votes = [voteOf(first), voteOf(second === 'the same again' ? first : second)] as const;
      const [one, other] = votes.map((vote) => ({
        batch: signVotes([vote], KEY),
        index: 0,
      }));
      const found = one && other && evidenceOf(one, other);
      expect(found === undefined).toBe(evidence === 'none');
      if (found !== undefined) expect(new Set(found.votes)).toEqual(new Set(votes));
    }
  });
});

/** Cells of a numbered section's table, without its head. */
function rowsOf(section: number): string[][] {
  const [, part = ''] = text.split(`\n## ${section}. `);
  const lines = (part.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function voteOf(cell: string): Vote {
  const groups = VOTE.exec(cell)?.groups;
  const phase = PHASES[groups?.phase ?? ''];
  if (groups === undefined || phase === undefined) throw new Error(`no vote: ${cell}`);
  const hash = (name: string) => sha256(utf8(name));
  return {
    phase,
    verdict: groups.verdict === 'Yes' ? Verdict.APPROVED : Verdict.REFUSED,
    round: Number(groups.view),
    epoch: 1,
    position: 1,
    space: hash('space'),
    key: hash('key'),
    previous: new Uint8Array(32),
    subject: hash(groups.proposal ?? ''),
  };
}
