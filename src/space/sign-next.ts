/** The next commit of an author, after all that is here. */

import { sameBytes } from '../base/bytes.ts';
import { COMMIT_PARENTS_MAX } from '../base/limits.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { signCommit, type VerifiedCommit } from '../delta/commit.ts';
import type { Replica } from './replica.ts';

export function signNext(
  { frontier, chain }: Pick<Replica, 'frontier' | 'chain'>,
  { payload, clock }: { readonly payload: Uint8Array; readonly clock: bigint },
  key: AuthorKey,
): VerifiedCommit {
  const last = frontier.lastOf(key.publicKey);
  const previous = last?.hash;
  const header = {
    space: chain.space,
    epoch: 0,
    author: key.publicKey,
    sequence: (last?.sequence ?? 0) + 1,
    previous,
    parents: frontier.heads
      .filter((head) => previous === undefined || !sameBytes(head, previous))
      .slice(0, COMMIT_PARENTS_MAX),
    authority: chain.head,
    clock,
  };
  return signCommit(header, payload, key.seed);
}
