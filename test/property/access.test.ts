/** Random permission models, grants and questions; `npm run soak -- access` asks more. */

import { describe, expect, test } from 'vitest';
import type { Model, Rewrite } from '../../src/access/model.ts';
import { AccessCoverage } from './access-coverage.ts';
import { runAccessSequence } from './access-sequence.ts';

const SEED = 20261126;
const SEQUENCES = 60;

describe('the engine and the obvious evaluator', () => {
  test(`answer random questions alike, from seed ${SEED}`, async () => {
    const coverage = new AccessCoverage();
    for (let index = 0; index < SEQUENCES; index++) {
      expect(await runAccessSequence(SEED + index, coverage)).toBeUndefined();
    }
    expect(coverage.rare()).toEqual([]);
  }, 60_000);

  test.each<[string, (rewrite: Rewrite) => Rewrite]>([
    ['an exclusion without its other side', withoutSubtract],
    ['an intersection that is a union', withoutIntersection],
    ['a union without its last part', withoutLastPart],
    ['a step over objects that is none', withoutFrom],
  ])(
    'differ when the engine is given %s',
    async (_, alter) => {
      const coverage = new AccessCoverage();
      let found = 0;
      for (let index = 0; index < SEQUENCES; index++) {
        const difference = await runAccessSequence(SEED + index, coverage, alteredBy(alter));
        if (difference !== undefined) found += 1;
      }
      expect(found).toBeGreaterThan(5);
    },
    60_000,
  );
});

/** The model with every rewrite altered, from the innermost on. */
function alteredBy(alter: (rewrite: Rewrite) => Rewrite): (model: Model) => Model {
  const deep = (rewrite: Rewrite): Rewrite => {
    if (rewrite.kind === 'exclusion') {
      const [base, subtract] = [deep(rewrite.base), deep(rewrite.subtract)];
      return alter({ kind: 'exclusion', base, subtract });
    }
    return alter('parts' in rewrite ? { ...rewrite, parts: rewrite.parts.map(deep) } : rewrite);
  };
  return ({ types, conditions }) => ({
    conditions,
    types: new Map(
      [...types].map(([name, { relations }]) => {
        const altered = [...relations].map(
          ([key, relation]) => [key, { ...relation, rewrite: deep(relation.rewrite) }] as const,
        );
        return [name, { name, relations: new Map(altered) }];
      }),
    ),
  });
}

function withoutSubtract(rewrite: Rewrite): Rewrite {
  return rewrite.kind === 'exclusion' ? rewrite.base : rewrite;
}

function withoutIntersection(rewrite: Rewrite): Rewrite {
  return rewrite.kind === 'intersection' ? { ...rewrite, kind: 'union' } : rewrite;
}

function withoutLastPart(rewrite: Rewrite): Rewrite {
  return rewrite.kind === 'union' ? { ...rewrite, parts: rewrite.parts.slice(0, -1) } : rewrite;
}

function withoutFrom(rewrite: Rewrite): Rewrite {
  return rewrite.kind === 'from' ? { kind: 'union', parts: [] } : rewrite;
}
