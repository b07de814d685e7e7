/**
 * Computed fields: `fullName: String! @customResolver(requires: "firstName lastName")`. What they
 * require is written as a selection of GraphQL, by names alone: `"name location { latitude }"`.
 */

import type { ASTNode, ConstDirectiveNode, FieldDefinitionNode } from 'graphql';
import { fieldAt } from './compound-indexes.ts';
import type { DeclaredComputed, DeclaredType } from './declared-type.ts';
import {
  Collection,
  type ComputedField,
  Scalar,
  type ScalarField,
  type TextSource,
} from './definition.ts';
import { type Directives, findArgument, stringArgument } from './directives.ts';
import { selectedPaths } from './federation/field-set.ts';
import { typeTextOf } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

/** Of the root type, where a definition names none. */
const TEXT_ROOT = 'text';

interface ComputedSyntax {
  readonly at: FieldDefinitionNode;
  /** As it would be if it were stored. */
  readonly field: ScalarField;
  readonly directives: Directives;
  /** `@requires`, where it stands there. */
  readonly requires: ConstDirectiveNode | undefined;
  readonly mistakes: Mistakes;
}

export function declareComputed(syntax: ComputedSyntax): DeclaredComputed {
  const { at, field, directives, mistakes } = syntax;
  const { name, scalar, enumType, isList, required, description, deprecated } = field;
  const textOf = directives.get('text');
  const maker = textOf === undefined ? 'customResolver' : 'text';
  for (const [other, written] of directives) {
    if (other === maker || other === 'deprecated') continue;
    mistakes.add(written, `@${other} expected a field that is stored, got computed field ${name}`);
  }
  const directive = directives.get('customResolver');
  const text = stringArgument(directive, 'requires');
  const requiresAt = findArgument(directive, 'requires')?.value ?? directive ?? at;
  const externalText = stringArgument(syntax.requires, 'fields');
  const externalAt = findArgument(syntax.requires, 'fields')?.value ?? at;
  const paths = (argument: string, given: string | undefined, place: ASTNode): string[] => {
    const selected = given === undefined ? [] : selectedPaths(given);
    if (selected !== undefined) return selected;
    const expected = `${argument} of computed field ${name} expected names of fields`;
    const got = quoteShort(JSON.stringify(given));
    mistakes.add(place, `${expected}, as in "name location { latitude }", got ${got}`);
    return [];
  };
  const textSource = textOf === undefined ? undefined : readText(syntax, textOf);
  const requires = textSource === undefined ? paths('requires', text, requiresAt) : [textSource.of];
  const external = paths('@requires', externalText, externalAt);
  const type = { scalar, enumType, isList };
  const made = { requires, text: textSource, external };
  const computed = { name, ...type, required, ...made, description, deprecated };
  return { at, requiresAt: textOf ?? requiresAt, externalAt, field: computed };
}

function readText({ field, mistakes }: ComputedSyntax, directive: ConstDirectiveNode): TextSource {
  const { name, scalar, enumType, isList } = field;
  if (scalar !== Scalar.String || enumType !== undefined || isList) {
    const got = `field ${name} of type ${typeTextOf(field)}`;
    mistakes.add(directive, `@text expected a field of type String, got ${got}`);
  }
  const of = stringArgument(directive, 'of') ?? '';
  return { of, root: stringArgument(directive, 'name') ?? TEXT_ROOT };
}

/**
 * Each path is that of a field of the same type which holds a value, or with `@requires` begins
 * with one that the type names of another subgraph.
 */
export function checkRequirements(
  types: ReadonlyMap<string, DeclaredType>,
  mistakes: Mistakes,
): void {
  for (const type of types.values()) {
    for (const { requiresAt, externalAt, field } of type.computed) {
      checkExternal(type, { at: externalAt, field }, mistakes);
      const what = `requires of field ${field.name} of type ${type.name}`;
      const known = new Set<string>();
      for (const path of field.requires) {
        const found = fieldAt(types, type, path);
        const shown = quoteShort(path);
        if (field.text !== undefined) {
          const isOfUpdates = found?.kind === 'scalar' && found.collection === Collection.UPDATES;
          if (isOfUpdates) continue;
          const of = `of field ${field.name} of type ${type.name}`;
          mistakes.add(requiresAt, `@text ${of} expected a field with @updates, got ${shown}`);
        } else if (known.has(path)) {
          mistakes.add(requiresAt, `${what} expected each field once, got ${shown} again`);
        } else if (found === undefined) {
          mistakes.add(requiresAt, `${what} expected fields that are stored, got ${shown}`);
        } else if (found.kind === 'nested') {
          mistakes.add(requiresAt, `${what} expected members of ${shown} in { }, got it alone`);
        }
        known.add(path);
      }
    }
  }
}

function checkExternal(
  type: DeclaredType,
  { at, field }: { readonly at: ASTNode; readonly field: ComputedField },
  mistakes: Mistakes,
): void {
  const known = new Set<string>();
  for (const path of field.external) {
    const what = `@requires of field ${field.name} of type ${type.name}`;
    if (known.has(path)) {
      mistakes.add(at, `${what} expected each field once, got ${quoteShort(path)} again`);
    }
    known.add(path);
  }
}
