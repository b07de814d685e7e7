/**
 * What a council keeps: proposals, votes and certificates, in segment files of their own
 * (schema/quorum.md, QC38). What a member has voted is here before it leaves, and a member that
 * comes back goes on from what is here.
 */

import { join } from 'node:path';
import { type Disk, systemDisk } from '../base/disk.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Faults } from '../base/fault.ts';
import { sha256 } from '../crypto/hash.ts';
import { FileLog } from '../log/file-log.ts';
import { EntryKind, type LogEntry, type NewEntry } from '../log/log.ts';
import { decodeCertificate } from '../quorum/certificate.ts';
import { readVotes } from '../quorum/vote.ts';
import type { CouncilMessage } from './council-parts.ts';
import { readProposal } from './proposal.ts';

/** In the data directory. */
const FOLDER = 'council';

export interface CouncilLogOptions {
  readonly faults?: Faults;
  readonly disk?: Disk;
  readonly note?: (text: string) => void;
}

export class CouncilLog implements AsyncDisposable {
  readonly #log: FileLog;

  private constructor(log: FileLog) {
    this.#log = log;
  }

  /** In a data directory that the caller has locked. Throws CORRUPT where it is damaged. */
  static async open(directory: string, options: CouncilLogOptions = {}): Promise<CouncilLog> {
    const { disk = systemDisk } = options;
    const folder = join(directory, FOLDER);
    await disk.makeDirectory(folder);
    await disk.syncDirectory(directory);
    return new CouncilLog(await FileLog.open(folder, options));
  }

  /** All that was kept, in its order. */
  kept(): CouncilMessage[] {
    return [...this.#log.entries(1)].map(messageOf);
  }

  /** Resolves when all of it is on disk; of a stop before that, all or nothing is. */
  async keep(messages: readonly CouncilMessage[]): Promise<void> {
    await this.#log.append(messages.map(entryOf));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
  }
}

function entryOf(message: CouncilMessage): NewEntry {
  switch (message.kind) {
    case 'proposal': {
      const { bytes, hash } = message.proposal;
      return { kind: EntryKind.PROPOSAL, hash, bytes };
    }
    case 'votes': {
      const { bytes } = message.batch;
      return { kind: EntryKind.VOTES, hash: sha256(bytes), bytes };
    }
    case 'certificate': {
      const { bytes } = message.certificate;
      return { kind: EntryKind.CERTIFICATE, hash: sha256(bytes), bytes };
    }
  }
}

function messageOf({ kind, bytes, position }: LogEntry): CouncilMessage {
  try {
    switch (kind) {
      case EntryKind.PROPOSAL:
        return { kind: 'proposal', proposal: readProposal(bytes) };
      case EntryKind.VOTES:
        return { kind: 'votes', batch: readVotes(bytes) };
      case EntryKind.CERTIFICATE:
        return { kind: 'certificate', certificate: decodeCertificate(bytes) };
      default:
        throw corrupt(position, `kind ${kind}`);
    }
  } catch (cause) {
    throw cause instanceof DatabaseError ? corrupt(position, cause.message, cause) : cause;
  }
}

function corrupt(position: number, actual: string, cause?: unknown): DatabaseError {
  const expected = `entry ${position} of the council's log expected what a council keeps`;
  const message = `${expected}, got ${actual}: restore the data directory from a backup`;
  return new DatabaseError(ErrorCode.CORRUPT, message, { cause });
}
