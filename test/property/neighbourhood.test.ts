import { beforeAll, describe, expect, test } from 'vitest';
import { type Reference, runNeighbourhoodSequence, searched } from './neighbourhood-sequence.ts';

const SEED = 20_261_128;
const SEQUENCES = 12;
const QUESTIONS = 40;

/** How often each is met at least. */
const LEAST: Readonly<Record<string, number>> = {
  'a node that is not seen': 60,
  complete: 500,
  'cut by the limit': 100,
  'complete with the last that the limit lets': 20,
  'over several edges': 200,
  'over more than two edges': 50,
  'over no type': 10,
  'over several types': 50,
  'with parallel edges': 5,
  'with a loop': 5,
  'with a circle': 50,
  'less than all': 100,
};

/** Searches that are wrong in one thing. */
const WRONG: Readonly<Record<string, Reference>> = {
  'goes through what is hidden': (seen, asked, all) => {
    return seen.nodes.includes(asked.of) ? searched(all, asked) : undefined;
  },
  'goes one edge less': (seen, asked) => {
    return searched(seen, { ...asked, maxDepth: Math.max(asked.maxDepth - 1, 0) });
  },
  'goes in any direction': (seen, asked) => searched(seen, { ...asked, direction: 'BOTH' }),
  'takes edges of all types': (seen, asked) => searched(seen, { ...asked, types: undefined }),
  'takes all where none is named': (seen, asked) => {
    return searched(seen, { ...asked, types: asked.types?.length ? asked.types : undefined });
  },
  'knows no limit': (seen, asked) => searched(seen, { ...asked, limit: 10_000 }),
  'is never cut': (seen, asked) => {
    const found = searched(seen, asked);
    return found && { ...found, isComplete: true };
  },
  'lists the ids from the last': (seen, asked) => {
    const found = searched(seen, asked);
    if (found === undefined) return undefined;
    const nodes = found.nodes.toSorted((left, right) => {
      return left.distance - right.distance || (left.node.id < right.node.id ? 1 : -1);
    });
    return { ...found, nodes };
  },
  'lists each edge once': (seen, asked) => {
    const found = searched(seen, asked);
    const texts = found?.relationships.map((edge) => JSON.stringify(edge));
    return (
      found && { ...found, relationships: [...new Set(texts)].map((text) => JSON.parse(text)) }
    );
  },
};

describe(`random neighbourhoods, from seed ${SEED} on`, () => {
  const counts = new Map<string, number>();
  const differences: string[] = [];

  beforeAll(async () => {
    process.stdout.write(`random neighbourhoods: from seed ${SEED} on\n`);
    const hit = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);
    for (let seed = SEED; seed < SEED + SEQUENCES && differences.length === 0; seed++) {
      const options = { seed, questions: QUESTIONS, reference: searched, hit };
      const difference = await runNeighbourhoodSequence(options);
      if (difference !== undefined) differences.push(`seed ${seed}: ${difference}`);
    }
  }, 120_000);

  test('are what a search over the edges that a caller sees finds', () => {
    expect(differences).toEqual([]);
  });

  test('meet what can be met', () => {
    const rare = Object.entries(LEAST).filter(([name, least]) => (counts.get(name) ?? 0) < least);
    expect(rare.map(([name]) => [name, counts.get(name)])).toEqual([]);
  });

  test.each(Object.entries(WRONG))(
    'find out a search that %s',
    async (_name, reference) => {
      let difference: string | undefined;
      for (let seed = SEED; seed < SEED + SEQUENCES && difference === undefined; seed++) {
        const hit = () => undefined;
        difference = await runNeighbourhoodSequence({ seed, questions: QUESTIONS, reference, hit });
      }
      expect(difference).toBeDefined();
    },
    60_000,
  );
});
