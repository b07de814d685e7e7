/** What a space is opened with. */

import type { AuthorityChain } from '../authority/chain.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { Clock } from '../base/clock.ts';
import type { Faults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import type { Turn } from '../base/turn.ts';
import type { OrganisationStore } from '../crypto/organisation-store.ts';
import type { Engine } from '../engine/engine.ts';
import type { Staging } from '../engine/staging.ts';
import type { Verifier } from '../engine/verifier.ts';
import type { Log } from '../log/log.ts';
import type { Seated } from './council-seat.ts';
import type { Forks } from './forks.ts';
import type { Frontier } from './frontier.ts';
import type { GivenUp } from './given-up.ts';
import type { HistoryOptions } from './history.ts';
import type { HeldImage } from './stored-snapshot.ts';

export interface OpenSpaceParts {
  readonly engine: Engine;
  readonly log: Log;
  readonly chain: AuthorityChain;
  /** The chain as far as the log has it. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly organisation: OrganisationStore;
  /** Of an organisation that votes; undefined of any other. */
  readonly seated: Seated | undefined;
  readonly faults: Faults;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly forks: Forks;
  readonly staging: Staging;
  readonly verifier: Verifier;
  /** Where snapshots go; none are taken without it. */
  readonly directory: string | undefined;
  /** In the place of a snapshot, where there is no directory. */
  readonly held: HeldImage | undefined;
  readonly snapshotLogBytes: number;
  /** What the graph may take in memory at most. */
  readonly memoryBytesMax: number;
  readonly history: HistoryOptions;
  /** Commits after which a seal is taken; none where absent. */
  readonly sealEvery: number | undefined;
  readonly note: (text: string) => void;
}
