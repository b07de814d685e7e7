/** One relationship: where it leads, by which edge type, with which properties. */

import { type ConstDirectiveNode, print } from 'graphql';
import { assert } from '../base/assert.ts';
import { TYPE_NAME_BYTES_MAX } from '../base/limits.ts';
import { type DeclaredRelationship, type FieldSyntax, TypeRole } from './declared-type.ts';
import { directionArgument, findArgument, stringArgument } from './directives.ts';
import { BUILT_IN_NESTED, isScalar } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { innermostType, quoteShort } from './syntax.ts';

export function declareRelationship(syntax: FieldSyntax): DeclaredRelationship | undefined {
  const { at, heading, directives, mistakes } = syntax;
  const name = at.name.value;
  const directive = directives.get('relationship');
  assert(directive !== undefined, 'a relationship is declared by @relationship');
  if (heading.role !== TypeRole.NODE) {
    const got = `field ${name} of ${heading.role} ${heading.name}`;
    mistakes.add(directive, `@relationship expected a field of a node type, got ${got}`);
  }
  for (const [other, written] of directives) {
    if (other === 'relationship') continue;
    mistakes.add(
      written,
      `@${other} expected a field that holds a value, got relationship ${name}`,
    );
  }
  checkEdgeType(directive, mistakes);
  const properties = stringArgument(directive, 'properties');
  checkProperties(syntax, directive);
  const target = readTarget(syntax);
  if (target === undefined) return undefined;
  return {
    at,
    propertiesAt: findArgument(directive, 'properties')?.value ?? directive,
    relationship: {
      name,
      edgeType: stringArgument(directive, 'type') ?? '',
      direction: directionArgument(directive),
      target,
      properties,
      description: at.description?.value,
    },
  };
}

/** The type at the other end; many edges may lead there, and each has an end, so `[T!]!`. */
export function readTarget({ at, heading, declared, mistakes }: FieldSyntax): string | undefined {
  const what = `relationship ${at.name.value} of type ${heading.name}`;
  const inner = innermostType(at.type);
  const target = inner.name.value;
  const role = declared.types.get(target)?.role;
  const isOfType = role === TypeRole.NODE || role === TypeRole.INTERFACE;
  if (!isOfType && !declared.unions.has(target)) {
    const isBuiltIn = isScalar(target) || BUILT_IN_NESTED.has(target);
    const other = declared.enums.has(target) ? 'enum' : 'unknown type';
    const got = role ?? (isBuiltIn ? 'built-in type' : other);
    const expected = 'a list of a node type, an interface or a union';
    mistakes.add(inner, `${what} expected ${expected}, got ${got} ${quoteShort(target)}`);
    return undefined;
  }
  const written = print(at.type);
  if (written === `[${target}!]!`) return target;
  mistakes.add(at.type, `${what} expected type [${target}!]!, got ${quoteShort(written)}`);
  return undefined;
}

function checkEdgeType(directive: ConstDirectiveNode, mistakes: Mistakes): void {
  const type = stringArgument(directive, 'type');
  if (type === undefined) return;
  const bytes = new TextEncoder().encode(type).length;
  const at = findArgument(directive, 'type')?.value ?? directive;
  if (bytes === 0 || bytes > TYPE_NAME_BYTES_MAX) {
    const expected = `1 to ${TYPE_NAME_BYTES_MAX} bytes`;
    mistakes.add(at, `type of @relationship expected ${expected}, got ${bytes}`);
  } else if (/\p{Cc}/u.test(type)) {
    const got = quoteShort(JSON.stringify(type));
    mistakes.add(at, `type of @relationship expected no control characters, got ${got}`);
  }
}

function checkProperties({ declared, mistakes }: FieldSyntax, directive: ConstDirectiveNode): void {
  const name = stringArgument(directive, 'properties');
  if (name === undefined) return;
  const role = declared.types.get(name)?.role;
  if (role === TypeRole.EDGE_PROPERTIES) return;
  const at = findArgument(directive, 'properties')?.value ?? directive;
  const got = `${role ?? 'unknown type'} ${quoteShort(name)}`;
  const what = 'properties of @relationship';
  mistakes.add(at, `${what} expected a @relationshipProperties type, got ${got}`);
}
