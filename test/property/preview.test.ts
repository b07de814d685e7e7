/** Random models are previewed as they then answer; `npm run soak -- access` previews more. */

import { describe, expect, test } from 'vitest';
import type { Model, Rewrite } from '../../src/access/model.ts';
import { beginTally, previewLine, runPreview } from './preview-sequence.ts';

const SEED = 20261128;
const PREVIEWS = 80;
/** Of so many previews, in how many a mistake of each kind must be found. */
const FOUND_MIN = 8;

describe('[R34] the preview of a model', () => {
  test(`tells who gains and who loses, at random from seed ${SEED}`, async () => {
    const tally = beginTally();
    for (let index = 0; index < PREVIEWS; index++) {
      expect(await runPreview(SEED + index, tally)).toBeUndefined();
    }
    process.stdout.write(`${previewLine(tally)}\n`);
    expect(Math.min(tally.gained, tally.lost, tally.undecided, tally.unfit)).toBeGreaterThan(30);
  }, 60_000);

  test.each<[string, (rewrite: Rewrite) => Rewrite]>([
    [
      'an exclusion without its other side',
      (rewrite) => (rewrite.kind === 'exclusion' ? rewrite.base : rewrite),
    ],
    [
      'an intersection that is a union',
      (rewrite) => (rewrite.kind === 'intersection' ? { ...rewrite, kind: 'union' } : rewrite),
    ],
    [
      'a union without its first part',
      (rewrite) =>
        rewrite.kind === 'union' ? { ...rewrite, parts: rewrite.parts.slice(1) } : rewrite,
    ],
  ])(
    'is found wrong where it is of %s',
    async (_, alter) => {
      let found = 0;
      for (let index = 0; index < PREVIEWS; index++) {
        const wrong = await runPreview(SEED + index, beginTally(), alteredBy(alter));
        if (wrong !== undefined) found += 1;
      }
      expect(found).toBeGreaterThan(FOUND_MIN);
    },
    60_000,
  );
});

function alteredBy(alter: (rewrite: Rewrite) => Rewrite): (model: Model) => Model {
  return (model) => {
    const types = [...model.types].map(([name, { relations }]) => {
      const altered = [...relations].map(
        ([key, relation]) => [key, { ...relation, rewrite: alter(relation.rewrite) }] as const,
      );
      return [name, { name, relations: new Map(altered) }] as const;
    });
    return { ...model, types: new Map(types) };
  };
}
