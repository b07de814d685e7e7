/** Indexes of what a data definition declares, over what an engine holds. */

import type { Definition } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import type { Engine } from '../engine/engine.ts';

/** Those that are there already stay as they are. */
export function declareIndexes(engine: Engine, definition: Definition): void {
  for (const type of definition.nodeTypes.values()) {
    for (const field of scalarFields(type.fields)) {
      if (field.isUnique || field.isIndexed) engine.declareIndex(type.name, field.path);
    }
    for (const paths of type.compoundIndexes) engine.declareIndex(type.name, ...paths);
  }
}
