/**
 * Grants as a file lists them: a YAML list of object, relation and user, as OpenFGA writes tuples,
 * whose object may be all of a type (`Airport:*`). Whatever is no grant of the model is a mistake
 * of the file, told with its place.
 */

import type { Model } from './model.ts';
import {
  expectFitting,
  formatTuple,
  type ObjectName,
  parseGrantedObject,
  type Tuple,
} from './tuple.ts';
import { readTuple, tellingPlace } from './written-tuple.ts';
import { YamlSource } from './yaml-fields.ts';

export interface GrantsFileOptions {
  readonly model: Model;
  /** Named in the position of an error. */
  readonly file?: string;
  /** The object that a text names; by its form alone where absent. */
  readonly objectNamed?: (text: string) => ObjectName;
}

/** In the order in which they are written, each once. */
export function parseGrants(text: string, options: GrantsFileOptions): Tuple[] {
  const { model, file, objectNamed = parseGrantedObject } = options;
  const source = new YamlSource(text, { what: 'grants file', file });
  const names = new Set<string>();
  return source
    .listAs('grants')
    .fieldsList('grants')
    .map((written) => {
      const tuple = readTuple(written, objectNamed);
      tellingPlace(written, () => expectFitting(model, tuple));
      const name = formatTuple(tuple);
      if (names.has(name)) throw written.malformed('a grant that is not there yet', name);
      names.add(name);
      return tuple;
    });
}
