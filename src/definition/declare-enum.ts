/** One enum: the names that fields of its type may hold. */

import type { EnumTypeDefinitionNode, EnumValueDefinitionNode } from 'graphql';
import { ENUM_VALUE_BYTES_MAX, ENUM_VALUES_MAX } from '../base/limits.ts';
import type { DeclaredEnum } from './declared-type.ts';
import type { EnumValue } from './definition.ts';
import { deprecationReason, readDirectives } from './directives.ts';
import type { Mistakes } from './mistakes.ts';

export function declareEnum(at: EnumTypeDefinitionNode, mistakes: Mistakes): DeclaredEnum {
  const name = at.name.value;
  const what = `enum ${name}`;
  const [directive] = at.directives ?? [];
  if (directive !== undefined) {
    mistakes.add(directive, `${what} expected no directives, got @${directive.name.value}`);
  }
  const values = new Map<string, EnumValue>();
  for (const written of at.values ?? []) {
    const value = readValue(what, written, mistakes);
    if (values.has(value.name)) {
      mistakes.add(written.name, `${what} expected each value once, got ${value.name} again`);
    } else if (values.size === ENUM_VALUES_MAX) {
      mistakes.add(written.name, `${what} expected at most ${ENUM_VALUES_MAX} values, got more`);
      break;
    }
    values.set(value.name, value);
  }
  if (values.size === 0) mistakes.add(at.name, `${what} expected at least one value, got none`);
  const description = at.description?.value;
  const type = { name, description, values: [...values.values()], names: [...values.keys()] };
  return { at, type };
}

/** GraphQL's own reader refuses true, false and null here. */
function readValue(enumName: string, at: EnumValueDefinitionNode, mistakes: Mistakes): EnumValue {
  const name = at.name.value;
  const what = `value ${name} of ${enumName}`;
  if (name.startsWith('__')) mistakes.add(at.name, `${what} expected no leading __, got ${name}`);
  if (name.length > ENUM_VALUE_BYTES_MAX) {
    const expected = `a value of ${enumName} expected at most ${ENUM_VALUE_BYTES_MAX} bytes`;
    mistakes.add(at.name, `${expected}, got ${name.length}`);
  }
  const directives = readDirectives(at.directives, { place: 'enum value', what }, mistakes);
  const deprecated = deprecationReason(directives);
  return { name, description: at.description?.value, deprecated };
}
