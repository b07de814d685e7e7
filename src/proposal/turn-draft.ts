/** A turn of a council as it is put together. */

import type { Evidence } from '../quorum/evidence.ts';
import type { CouncilMessage, Decided } from './council-parts.ts';

export interface TurnDraft {
  readonly keep: CouncilMessage[];
  readonly send: CouncilMessage[];
  readonly decided: Decided[];
  readonly evidence: Evidence[];
}

export function emptyTurn(): TurnDraft {
  return { keep: [], send: [], decided: [], evidence: [] };
}

export function keepAndSend(turn: TurnDraft, message: CouncilMessage): void {
  turn.keep.push(message);
  turn.send.push(message);
}
