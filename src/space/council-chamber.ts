/** The chain as the council of its members sees it, with what a replica holds beside. */

import { placeContent } from '../authority/body.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { recordHash } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Chamber, Placed } from '../proposal/council-parts.ts';
import type { Proposal } from '../proposal/proposal.ts';
import type { Voters } from '../quorum/voters.ts';
import type { CommitPlaces } from './commit-places.ts';
import type { Replica } from './replica.ts';
import { expectHeld } from './sealing.ts';

export interface SpaceChamberParts {
  readonly chain: AuthorityChain;
  readonly replica: Pick<Replica, 'frontier'>;
  readonly places: Pick<CommitPlaces, 'numberOf'>;
}

export class SpaceChamber implements Chamber {
  readonly #parts: SpaceChamberParts;
  /** Of the chain as it is: by proposal, what it would be there. */
  readonly #placed = new Map<string, Placed | DatabaseError>();
  #length = 0;

  constructor(parts: SpaceChamberParts) {
    this.#parts = parts;
  }

  get space(): Uint8Array {
    return this.#parts.chain.space;
  }

  get position(): number {
    return this.#parts.chain.decisionPosition;
  }

  votersAt(position: number): Voters | undefined {
    return this.#parts.chain.votersAt(position);
  }

  has(record: Uint8Array): boolean {
    return this.#parts.chain.heightOf(record) !== undefined;
  }

  hasDecided(proposal: Uint8Array): boolean {
    return this.#parts.chain.hasDecided(proposal);
  }

  place(proposal: Proposal): Placed | DatabaseError | 'waits' {
    const { length } = this.#parts.chain;
    if (length !== this.#length) this.#placed.clear();
    this.#length = length;
    const name = toHex(proposal.hash);
    const known = this.#placed.get(name);
    if (known !== undefined) return known;
    const placed = this.#place(proposal);
    if (placed !== 'waits') this.#placed.set(name, placed);
    return placed;
  }

  #place({ hash, body: { content } }: Proposal): Placed | DatabaseError | 'waits' {
    const { chain, replica, places } = this.#parts;
    try {
      const body = placeContent(content, { ...chain.nextPlace, proposal: hash });
      chain.checkBody(body);
      const numberOf = (commit: Uint8Array) => places.numberOf(commit);
      if (body.kind === 'seal') expectHeld(body, replica.frontier, numberOf);
      return { body, hash: recordHash(body) };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return error.code === ErrorCode.CONFLICT ? 'waits' : error;
    }
  }
}
