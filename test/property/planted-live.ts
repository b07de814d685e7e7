/** Live queries with one thing left out: random sequences must find it out. */

import { type PlantedChange, runInCopy } from './planted-copy.ts';

/** By what is left out: the file, and a text of it with what takes its place. */
const PLANTED: Readonly<Record<string, readonly [file: string, text: string, changed: string]>> = {
  'orders of lists': [
    'dependencies',
    'for (const { field } of order)',
    'for (const field of [] as Field[])',
  ],
  'conditions of lists': [
    'dependencies',
    'if (where !== undefined) this',
    'if (where === null) this',
  ],
  'conditions on related nodes': [
    'dependencies',
    'return this.#condition(condition.where,',
    'return void (condition.where,',
  ],
  'whether edges are there': [
    'dependencies',
    'this.#add({ ...ANY_ELEMENT, element: ElementKind.EDGE, type',
    'void ({ type',
  ],
  'whether nodes are there': [
    'dependencies',
    'for (const type of row.types ?? ANY_TYPE) {\n      const',
    'for (const type of [] as string[]) {\n      const',
  ],
  'properties of edges': [
    'dependencies',
    'if (element === ElementKind.EDGE) {\n',
    'if (element === ElementKind.EDGE) {\n      return;\n',
  ],
  'properties of nodes': [
    'dependencies',
    'for (const type of row.types ?? ANY_TYPE) {\n      this',
    'for (const type of [] as string[]) {\n      this',
  ],
  'fields that groups are by': [
    'dependencies',
    'for (const field of shape.by) this',
    'for (const field of [] as Field[]) this',
  ],
  figures: [
    'dependencies',
    "case 'figure':\n        return this.#field(shape.field, row);",
    "case 'figure':\n        return;",
  ],
  'nodes that are named': [
    'dependency-index',
    'for (const node of this.#nodesOf(touched)) take',
    'for (const node of [] as NodeRow[]) take',
  ],
  'nodes that get a value': [
    'dependencies',
    'const within = isOwn ? undefined : row.within;',
    'const { within } = row;',
  ],
  'nodes with a value that go': [
    'dependency-index',
    'take(property === EXISTENCE ? sets.get(GONE) : undefined)',
    'take(undefined)',
  ],
  'nodes with a value': [
    'dependency-index',
    'else take(sets.get(',
    'else if (value === row) take(sets.get(',
  ],
  'what may depend on everything': ['dependency-index', 'take(this.#all);', ''],
  'elements of any type': ['dependency-index', 'take(types.get(ANY)?.get(property));', ''],
  'records of permissions': [
    'live-queries',
    'this.#touchAll();\n  }\n\n  #touchAll',
    '}\n\n  #touchAll',
  ],
  'other schemas': [
    'live-queries',
    'if (schema !== this.#schema) {',
    'if (schema === undefined) {',
  ],
  'what happens while resolvers run': ['live-query', 'this.#parts.watch(undefined);', ''],
  'who sees what': ['live-operation', "space.access.isOpen ? '' : actor", "''"],
};

export const PLANTED_LIVE = Object.keys(PLANTED);

/** What the sequences find; undefined when they find nothing. */
export function findPlanted(
  name: string,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const planted = PLANTED[name];
  if (planted === undefined) throw new Error(`expected a planted bug, got ${name}`);
  const [file, text, changed] = planted;
  const change: PlantedChange = {
    file: `src/graphql/live/${file}.ts`,
    change: (source) => source.replace(text, () => changed),
    isOfEngine: false,
  };
  const script = `
    const { runTouchSequence, newTouchTally } = await import('./test/property/touch-sequence.ts');
    const { runLiveSequence, newLiveTally } = await import('./test/property/live-sequence.ts');
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const touches = { seed, queries: 100, writes: 10, tally: newTouchTally() };
      const lives = { seed, steps: 8, clients: 12, tally: newLiveTally() };
      const difference =
        (await runTouchSequence(touches)) ?? (await runLiveSequence(lives).catch(String));
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
  return runInCopy(change, script);
}
