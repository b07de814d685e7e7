/** What a space that is written has beside one that is read. */

import type { Author } from '../crypto/author.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EngineView } from '../engine/view.ts';
import { BasedLog } from '../log/based-log.ts';
import { AuthorityWriter } from './authority-writer.ts';
import { DirectoryBases } from './base/directory-bases.ts';
import { MemoryBases } from './base/memory-bases.ts';
import type { Bases } from './base/offered-base.ts';
import { PastCommits } from './base/past-commits.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { CommitIntake } from './commit-intake.ts';
import type { CommitPlaces } from './commit-places.ts';
import { CouncilSeat } from './council-seat.ts';
import type { OpenSpaceParts } from './open-space-parts.ts';
import type { Replica } from './replica.ts';
import { ReplicatedSpace } from './replicated-space.ts';
import { Sealer } from './sealer.ts';
import { unsealedCommits } from './sealing.ts';
import { SignAgain } from './sign-again.ts';
import type { Snapshots } from './snapshots.ts';
import type { Turns } from './turns.ts';
import { Writer } from './writer.ts';

export interface Writing {
  readonly author: Author;
  readonly writer: Writer;
  readonly again: SignAgain;
  readonly seat: CouncilSeat;
  readonly authority: AuthorityWriter;
  readonly checkpoints: CheckpointKeeper;
  readonly sealer: Sealer;
  readonly replicated: ReplicatedSpace;
}

export interface WritingParts extends OpenSpaceParts {
  readonly author: Author;
  readonly replica: Replica;
  readonly turns: Turns;
  readonly view: EngineView;
  /** The graph as an actor sees it. */
  readonly seenBy: (actor: string) => CallerView;
  readonly snapshots: Snapshots;
  readonly places: CommitPlaces;
  readonly intake: CommitIntake;
  readonly position: () => number;
  readonly receiveRecord: (bytes: Uint8Array) => Promise<void>;
}

export function createWriting(given: WritingParts): Writing {
  const { author, replica, chain, sealEvery, note } = given;
  const parts = { ...given, key: author.key };
  // Its turns come before the writer's: what was written before goes first.
  const again = new SignAgain(parts);
  const writer = new Writer({ ...parts, isBehind: () => again.hasWork });
  const seat = new CouncilSeat(parts);
  const authority = new AuthorityWriter({ ...parts, seat });
  const checkpoints = new CheckpointKeeper(parts);
  const sealer = new Sealer({
    every: sealEvery,
    seal: () => authority.seal(),
    countUnsealed: () => unsealedCommits(replica.frontier, chain),
    note,
  });
  const bases = basesOf(parts);
  const past = pastOf(parts, () => replicated.commitsApplied());
  const replicated: ReplicatedSpace = new ReplicatedSpace({ ...parts, seat, bases, past });
  return { author, writer, again, seat, authority, checkpoints, sealer, replicated };
}

function basesOf(parts: WritingParts & { readonly key: AuthorKey }): Bases {
  const { directory } = parts;
  if (directory === undefined) return new MemoryBases(parts);
  return new DirectoryBases({ ...parts, directory });
}

function pastOf(parts: WritingParts, onGrown: () => void): PastCommits | undefined {
  const { log, turn, places } = parts;
  if (!(log instanceof BasedLog)) return undefined;
  return new PastCommits({ log, turn, numberOf: (hash) => places.numberOf(hash), onGrown });
}
