/** The rules of elements as the engine looks them up (assembly/access/element-rules.ts). */

import * as access from '../../assembly/abi-access.ts';
import type { ElementRules, FieldRules, TypeRules } from './element-rules.ts';
import { type ModelSymbols, placeOf, tablePlaces } from './program-table.ts';

const HEAD_WORDS = 1;
const ENTRY_WORDS = access.ELEMENT_RULE_BYTES / 4;

interface Entry {
  readonly element: number;
  readonly path: number;
  readonly words: readonly number[];
}

export function elementWords(rules: ElementRules, symbols: ModelSymbols): Uint32Array {
  const nodes = [...rules.nodes].flatMap(([name, type]) =>
    entriesOf(type, { element: symbols.type(name), objectType: symbols.type(name), symbols }),
  );
  const edges = [...rules.edges].flatMap(([name, type]) =>
    entriesOf(type, { element: symbols.edgeType(name), objectType: symbols.type(name), symbols }),
  );
  const entries = [...nodes, ...edges];
  const places = tablePlaces(entries.length);
  const words = new Uint32Array(HEAD_WORDS + places * ENTRY_WORDS);
  words[0] = places - 1;
  for (const { element, path, words: entry } of entries) {
    let place = placeOf(element, path) & (places - 1);
    while (words[HEAD_WORDS + place * ENTRY_WORDS] !== 0) place = (place + 1) & (places - 1);
    words.set(entry, HEAD_WORDS + place * ENTRY_WORDS);
  }
  return words;
}

interface Naming {
  readonly element: number;
  readonly objectType: number;
  readonly symbols: ModelSymbols;
}

function entriesOf(type: TypeRules, { element, objectType, symbols }: Naming): Entry[] {
  const relation = (name: string | undefined) => (name === undefined ? 0 : symbols.relation(name));
  const entry = (path: number, rules: FieldRules & Partial<TypeRules>): Entry => {
    const verbs = [rules.read, rules.write, rules.create, rules.delete].map(relation);
    return { element, path, words: [element, path, objectType, ...verbs, 0] };
  };
  const fields = [...type.fields].map(([path, rules]) => entry(symbols.path(path), rules));
  return [entry(0, type), ...fields];
}
