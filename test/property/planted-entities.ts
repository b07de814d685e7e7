/** Entities with one thing wrong in how they are found: random queries must find it out. */

import { runInCopy } from './planted-copy.ts';

/** By what is wrong: the file, and a text of it with what takes its place. */
const PLANTED: Readonly<Record<string, readonly [file: string, text: string, changed: string]>> = {
  'null for what several nodes have': [
    'src/graphql/federation/find-nodes.ts',
    'return [invalidInput(message)];',
    'return message === undefined ? [] : [null];',
  ],
  'the order of the answer': [
    'src/graphql/federation/find-nodes.ts',
    'found[next++]',
    'found[asked.length - ++next]',
  ],
  'which half has several': [
    'src/graphql/federation/find-nodes.ts',
    'lookups.slice(0, half), lookups.slice(half)]',
    'lookups.slice(half), lookups.slice(0, half)]',
  ],
  'the first type of an interface alone': [
    'src/graphql/federation/entity-lookups.ts',
    'way === last ? {',
    'last !== undefined ? {',
  ],
  'the order of values': [
    'src/graphql/federation/entity-lookups.ts',
    'first.paths.map((path) => keyField',
    'first.paths.toReversed().map((path) => keyField',
  ],
  'the first key alone': [
    'src/graphql/federation/entity-lookups.ts',
    'of known.keys) {',
    'of known.keys.slice(0, 1)) {',
  ],
};
const ENGINE = 'assembly/query/lookups.ts';
/** The engine is compiled again for each. */
const PLANTED_ENGINE: typeof PLANTED = {
  'fields that nodes are not found by': [
    ENGINE,
    'let place = key.finding;',
    'let place: u32 = 99;',
  ],
  'how many nodes an index finds': [
    ENGINE,
    'if (found != 0) run.fail(PLAN_SEVERAL);',
    'if (found != 0) break;',
  ],
};
const PLANTED_LEAKS: typeof PLANTED = {
  'what an index finds by a hidden field': [
    ENGINE,
    'if (!isOpen && !seen.sees(node)) continue;',
    '',
  ],
};

const ALL = { ...PLANTED, ...PLANTED_ENGINE, ...PLANTED_LEAKS };

export const PLANTED_ENTITIES = Object.keys(ALL);

/** What the sequences find; undefined when they find nothing. */
export async function findInEntities(
  name: string,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const planted = ALL[name];
  if (planted === undefined) throw new Error(`expected a planted bug, got ${name}`);
  const [file, text, changed] = planted;
  const change = (source: string) => {
    if (source.split(text).length !== 2) throw new Error(`${name} expected its text once`);
    return source.replace(text, () => changed);
  };
  const sequence = Object.hasOwn(PLANTED_LEAKS, name) ? LEAKS : QUERIES;
  const script = `
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await run(seed).catch(String);
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
  return await runInCopy({ file, change, isOfEngine: file === ENGINE }, sequence + script);
}

const QUERIES = `
    const { GraphqlCoverage } = await import('./test/property/graphql-coverage.ts');
    const { runGraphqlSequence } = await import('./test/property/graphql-sequence.ts');
    const coverage = new GraphqlCoverage();
    const run = (seed) => runGraphqlSequence({ seed, queries: 50, coverage });`;
const LEAKS = `
    const { runLeakSequence } = await import('./test/property/leak-sequence.ts');
    const tally = { queries: 0, answered: 0, plans: 0, telling: 0 };
    const run = (seed) => runLeakSequence({ seed, queries: 60, tally });`;
