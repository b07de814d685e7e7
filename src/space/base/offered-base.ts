/** A base that is here to be given to others: its checkpoint, and its bytes. */

import type { MadeBase } from './make-base.ts';

export interface OfferedBase extends Pick<MadeBase, 'outlineBytes' | 'stateBytes' | 'digest'> {
  /** The signed note. */
  readonly checkpoint: string;
  /** Whether another one has taken its place: nothing of it is to be read any more. */
  readonly isOver: boolean;
  /** Bytes of the outline and the state behind it, which has as many. */
  readonly read: (offset: number, bytes: number) => Uint8Array;
}

/** Makes and keeps what a replica offers. */
export interface Bases extends AsyncDisposable {
  /** That of the newest seal, made where it is not here; undefined where nothing is sealed. */
  offer(): Promise<OfferedBase | undefined>;
}
