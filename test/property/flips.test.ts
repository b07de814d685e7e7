import { describe, expect, test } from 'vitest';
import { commitError, Reason } from '../../src/delta/reason.ts';
import { flippedCommits } from '../vectors/commit-corpus.ts';
import { checkFlips, reasonOf, verifyBytes } from './flips.ts';

const COMMITS = flippedCommits();
/** Plain, full with segments, and partial; `npm run soak -- flips` takes all 50. */
const [plain, full, ...partial] = [
  COMMITS.find(({ comment }) => comment.startsWith('plain: a later commit')),
  COMMITS.find(({ comment }) => comment.startsWith('segmented: after a plain')),
  ...COMMITS.filter(({ comment }) => comment.startsWith('partial: after a plain')),
].filter((commit) => commit !== undefined);

describe('[C23] every single-bit flip of a valid commit is refused for the right reason', () => {
  test('of a plain one, a full and a partial one with segments', () => {
    expect(COMMITS).toHaveLength(50);
    const commits = [plain, full, partial[0]].filter((commit) => commit !== undefined);
    expect(commits).toHaveLength(3);
    const tally = checkFlips({ commits });
    expect(tally.flips).toBe(commits.reduce((bits, { bytes }) => bits + bytes.length * 8, 0));
    const covered = [...tally.parts.keys()];
    expect(covered).toEqual(
      expect.arrayContaining(['envelope form', 'secret', 'salt', 'withheld hash', 'relation']),
    );
    expect([...tally.reasons.keys()].sort()).toEqual([
      'algorithm.unsupported',
      'dictionary.length',
      'dictionary.mismatch',
      'envelope.unsupported',
      'form.mismatch',
      'form.unsupported',
      'format.unsupported',
      'header.length',
      'header.noncanonical',
      'header.value',
      'leaf.kind',
      'payload.length',
      'root.mismatch',
      'segment.count',
      'segment.length',
      'segment.state',
      'signature.invalid',
      'transaction.length',
      'version.unsupported',
    ]);
  }, 60_000);

  test.each<[string, (bytes: Uint8Array) => void, RegExp]>([
    [
      'that takes any signature',
      taking(Reason.SIGNATURE_INVALID),
      /expected a refusal, got a commit$/,
    ],
    ['that takes any form byte', anyForm, /expected form.unsupported, got form.mismatch$/],
    ['that does not look at the root', taking(Reason.ROOT_MISMATCH), /expected a refusal/],
    ['that hashes before it asks for the signature', hasty, /expected signature.invalid, got root/],
  ])('a reader %s is found out', (_, verify, message) => {
    const commits = plain === undefined ? [] : [plain];
    expect(() => checkFlips({ commits, verify })).toThrow(message);
  });
});

function taking(reason: Reason): (bytes: Uint8Array) => void {
  return (bytes) => {
    if (reasonOf(bytes) !== reason) verifyBytes(bytes);
  };
}

function anyForm(bytes: Uint8Array): void {
  const changed = Uint8Array.from(bytes);
  if ((changed[1] as number) > 1) changed[1] = 1;
  verifyBytes(changed);
}

/** As a reader that hashes first would answer. */
function hasty(bytes: Uint8Array): void {
  if (reasonOf(bytes) !== Reason.SIGNATURE_INVALID) return verifyBytes(bytes);
  throw commitError(Reason.ROOT_MISMATCH, { expected: 'another root', actual: 'this one' });
}
