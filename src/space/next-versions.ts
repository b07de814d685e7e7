/**
 * A data definition and a permission model go together: `@access` names relations of the model.
 * Where both are to be followed by a next version, neither may stand beside what it does not go
 * with, not even for the one record between the two.
 */

import { expectRelations } from '../access/element-rules.ts';
import type { Model } from '../access/model.ts';
import { parseModel } from '../access/parse-model.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Definition } from '../definition/definition.ts';
import { parseDefinition } from '../definition/parse.ts';
import type { DefinitionSource } from './authority-change.ts';

/** What is to be in force from now on; what is absent stays. */
export interface NextVersions {
  readonly definition?: DefinitionSource | undefined;
  readonly model?: DefinitionSource | undefined;
}

/** Throws for mistakes in either, and where the definition names what the model has not. */
export function expectAgreement(next: NextVersions): void {
  const model = next.model && parseSource(next.model);
  if (next.definition === undefined) return;
  const { source, ...options } = next.definition;
  const definition = parseDefinition(source, options);
  if (model !== undefined) expectRelations(definition, model, options);
}

/** Whether a model may follow while a definition is in force. */
export function goesWith(definition: Definition, model: DefinitionSource): boolean {
  try {
    expectRelations(definition, parseSource(model));
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

function parseSource({ source, ...options }: DefinitionSource): Model {
  return parseModel(source, options);
}
