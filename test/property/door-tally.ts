/** What the mutants at the door came to, and whether they were the ones that prove something. */

import type { ErrorCode } from '../../src/base/errors.ts';
import { CommitFormat } from '../../src/delta/header.ts';

export const Stage = {
  DECODE: 'decode',
  VERIFY: 'verify',
  JUDGE: 'judge',
  PREPARE: 'prepare',
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

export class DoorTally {
  readonly stages = new Map<string, number>();
  readonly codes = new Map<string, number>();
  readonly forms = new Map<string, number>();
  refused = 0;
  signedAgain = 0;
  wellFormed = 0;
  /** Of those, the ones with segments. */
  segmented = 0;

  /** By the envelope: what a mutant says that it is. */
  countForm(bytes: Uint8Array): void {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('fformat');
    const isSegmented = at >= 0 && bytes[at + 7] === CommitFormat.SEGMENTED;
    const form = isSegmented ? (bytes[1] === 1 ? 'partial' : 'segmented') : 'plain';
    this.forms.set(form, (this.forms.get(form) ?? 0) + 1);
  }

  count(stage: Stage, code: ErrorCode): void {
    this.refused += 1;
    this.stages.set(stage, (this.stages.get(stage) ?? 0) + 1);
    const name = `${stage} ${code}`;
    this.codes.set(name, (this.codes.get(name) ?? 0) + 1);
  }

  /** Stages and codes that too few mutants reached for the run to prove something. */
  rare(): string[] {
    const stages = Object.values(Stage).flatMap((stage) => {
      const share = (this.stages.get(stage) ?? 0) / this.refused;
      return share >= 0.04 ? [] : [`${stage} refused ${(share * 100).toFixed(1)} % of the mutants`];
    });
    const codes = [
      'decode MALFORMED',
      'decode UNSUPPORTED',
      'verify REFUSED',
      'judge REFUSED',
      'judge CONFLICT',
      'prepare MALFORMED',
      'prepare CONFLICT',
      'prepare LIMIT_EXCEEDED',
    ].filter((name) => (this.codes.get(name) ?? 0) < 3);
    const forms = ['plain', 'segmented', 'partial'].flatMap((form) =>
      (this.forms.get(form) ?? 0) * 8 >= this.refused ? [] : [`${form} commits are rare`],
    );
    const signed = this.signedAgain * 2 >= this.refused ? [] : ['fewer than half are signed again'];
    return [...stages, ...codes.map((name) => `${name} is rare`), ...signed, ...forms];
  }

  lines(): string[] {
    const stages = Object.values(Stage).map((stage) => `${stage} ${this.stages.get(stage) ?? 0}`);
    const codes = [...this.codes].sort(([left], [right]) => (left < right ? -1 : 1));
    return [
      `${this.refused} mutants refused, ${this.signedAgain} signed again; no trap, no change`,
      `refused at ${stages.join(', ')}`,
      `by form: ${[...this.forms].map(([form, count]) => `${form} ${count}`).join(', ')}`,
      ...codes.map(([name, count]) => `  ${name}: ${count}`),
      `${this.wellFormed} more, ${this.segmented} of them with segments, were no bad input:` +
        ' an engine beside the door applied them',
    ];
  }
}
