/** What the door of a space works with, and what it makes. */

import type { AuthorityChain } from '../authority/chain.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { AuthorityRecord } from '../authority/record.ts';
import type { Clock } from '../base/clock.ts';
import type { Faults } from '../base/fault.ts';
import type { Turn } from '../base/turn.ts';
import type { Commit, VerifiedCommit } from '../delta/commit.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import type { Forks } from './forks.ts';
import type { Frontier } from './frontier.ts';
import type { CommitNumber } from './frontier-trial.ts';
import type { GivenUp } from './given-up.ts';
import type { Masked } from './write-judge.ts';

/** What a group of commits changed; the engine can still read the changes out. */
export interface AppliedGroup {
  readonly commits: readonly VerifiedCommit[];
  /** Log position of the first commit; the others follow it. */
  readonly firstPosition: number;
  /** How many changes the engine wrote. */
  readonly changeCount: number;
}

/** Called after apply, before the next group. */
export type Publish = (group: AppliedGroup) => void;

/** What a replica holds that was made again from the log. */
export interface Rebuilt {
  readonly engine: Engine;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly forks: Forks;
}

/** What comes behind the log: a record, or commits by which an author has forked. */
export interface Coming {
  readonly record?: AuthorityRecord;
  readonly commits?: readonly Commit[];
}

/** Makes the state of the log again as what comes behind it lets it be, without applying that. */
export type Rebuild = (coming: Coming) => Promise<Rebuilt>;

export interface ReplicaParts {
  readonly engine: Engine;
  readonly log: Pick<Log, 'length' | 'append'>;
  readonly chain: AuthorityChain;
  /** The chain as far as the log has it: during a start it is ahead of what is applied. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly clock: Clock;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly forks: Forks;
  /** Of a commit that was applied. */
  readonly numberOf: (hash: Uint8Array) => CommitNumber | undefined;
  readonly faults: Faults;
  /** The system's when absent. */
  readonly turn?: Turn;
  readonly publish: Publish;
  /**
   * Called after a record has come into force; `withdraws` tells whether commits before it have no
   * effect any more that had one.
   */
  readonly publishRecord: (record: AuthorityRecord, withdraws: () => boolean) => void;
  readonly rebuild: Rebuild;
  /** Resolves when no snapshot is being copied; at once when absent. */
  readonly quiet?: () => Promise<void>;
  /** Called once an author has forked, and commits before have no effect any more that had one. */
  readonly publishForks?: () => void;
  /** Called after commits of the log are applied again, before the next ones. */
  readonly publishReplayed?: (commits: readonly VerifiedCommit[], changeCount: number) => void;
  /** Called with what of a group has no effect, once it is applied. */
  readonly hearMasked?: (masked: Masked) => void;
}
