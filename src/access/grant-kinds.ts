/** What kinds of grants hold in the memory of an engine: one example for each. */

import * as access from '../../assembly/abi-access.ts';
import type { Engine } from '../engine/engine.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import type { ObjectName, Tuple } from './tuple.ts';

/**
 * One grant for each combination of types, relations and condition among those that hold; its
 * condition comes without what the grant gives of the parameters.
 */
export function kindsOfGrants(engine: Engine): Tuple[] {
  const { exports, memory } = engine;
  const symbols = new SymbolTable(engine);
  const nameOf = (object: number): ObjectName => {
    const row = exports.objectAddress(object) >>> 0;
    const blob = memory.u32(row + access.OBJECT_ID_OFFSET);
    const type = symbols.text((memory.u32(row) & ~access.OBJECT_ALL) >>> 0);
    return { type, id: memory.utf8(blob + 4, memory.u32(blob)) };
  };
  const found = new Map<string, Tuple>();
  const end = exports.grantRows() >>> 0;
  for (let grant = 1; grant < end; grant++) {
    const kind = exports.kindOfGrant(grant) >>> 0;
    if (kind === 0) continue;
    const words = memory.words(kind, access.GRANT_KIND_WORDS);
    const [type, relation = 0, subjectType, subjectRelation = 0, condition = 0] = words;
    const name = `${type} ${relation} ${subjectType} ${subjectRelation} ${condition}`;
    if (found.has(name)) continue;
    const subject = nameOf(words[access.GRANT_KIND_SUBJECT] ?? 0);
    found.set(name, {
      object: nameOf(words[access.GRANT_KIND_OBJECT] ?? 0),
      relation: symbols.text(relation),
      subject:
        subjectRelation === 0 ? subject : { ...subject, relation: symbols.text(subjectRelation) },
      ...(condition !== 0 && {
        condition: { name: symbols.text(condition), context: new Map<string, unknown>() },
      }),
    });
  }
  return [...found.values()];
}
