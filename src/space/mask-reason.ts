/** Why a transaction of a commit has no effect, as data and as a sentence. */

import type { WriteVerb } from './write-rights.ts';

/** Why a transaction has no effect; `height` is that of the record by which it was judged. */
export type MaskReason =
  /** Its author has lost the right to sign, or the author's organisation is no member any more. */
  | { readonly kind: 'author'; readonly height: number }
  /** The actor is no principal, or one of another organisation than its author. */
  | { readonly kind: 'actor'; readonly height: number }
  /** The actor lacks a right; without a relation where the model has none that gives it. */
  | {
      readonly kind: 'right';
      readonly height: number;
      readonly verb: WriteVerb;
      readonly object: string;
      readonly relation: string | undefined;
    }
  /** Its author has signed this number twice, and the commit has it or a later one. */
  | { readonly kind: 'fork'; readonly sequence: number };

/** `user:acme/ann lacks write.flights of ROUTE:…, as of height 5` */
export function describeMask(actor: string, reason: MaskReason): string {
  const asOf = 'height' in reason ? `as of height ${reason.height}` : '';
  switch (reason.kind) {
    case 'author':
      return `its author has no right to sign, ${asOf}`;
    case 'actor':
      return `${actor} is no principal that its author may write for, ${asOf}`;
    case 'fork':
      return `its author has signed two commits with number ${reason.sequence}`;
    case 'right': {
      const { verb, object, relation } = reason;
      if (relation !== undefined) return `${actor} lacks ${relation} of ${object}, ${asOf}`;
      return `the model has no relation that lets ${actor} ${verb} ${object}, ${asOf}`;
    }
  }
}
