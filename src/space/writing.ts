/** What a space that is written has beside one that is read. */

import type { Author } from '../crypto/author.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EngineView } from '../engine/view.ts';
import { AuthorityWriter } from './authority-writer.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { CommitIntake } from './commit-intake.ts';
import type { CommitPlaces } from './commit-places.ts';
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
  const authority = new AuthorityWriter(parts);
  const checkpoints = new CheckpointKeeper(parts);
  const sealer = new Sealer({
    every: sealEvery,
    seal: () => authority.seal(),
    countUnsealed: () => unsealedCommits(replica.frontier, chain),
    note,
  });
  const replicated = new ReplicatedSpace(parts);
  return { author, writer, again, authority, checkpoints, sealer, replicated };
}
