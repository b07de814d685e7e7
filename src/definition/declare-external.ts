/** Fields of other subgraphs: those of which only the name is known, and what requires them. */

import { type ConstDirectiveNode, print } from 'graphql';
import type { DeclaredExternal, FieldSyntax } from './declared-type.ts';
import { BUILT_IN_NESTED, isScalar } from './fields.ts';
import { innermostType, quoteShort } from './syntax.ts';

/** `@external`, of what is not kept here. */
export function declareExternal(syntax: FieldSyntax): DeclaredExternal | undefined {
  const { at, heading, directives, declared, mistakes } = syntax;
  const what = `field ${at.name.value} of type ${heading.name}`;
  for (const [name, written] of directives) {
    mistakes.add(written, `@${name} expected a field that is kept here, got external ${what}`);
  }
  const inner = innermostType(at.type);
  const name = inner.name.value;
  const { types, enums, unions } = declared;
  const isDeclared = types.has(name) || enums.has(name) || unions.has(name);
  if (!isDeclared && !isScalar(name) && !BUILT_IN_NESTED.has(name)) {
    mistakes.add(inner, `${what} expected a scalar or a declared type, got ${quoteShort(name)}`);
    return undefined;
  }
  const description = at.description?.value;
  return { at, field: { name: at.name.value, type: print(at.type), description } };
}

/** `@requires` on a field. */
export function findRequires({
  at,
  heading,
  declared,
}: FieldSyntax): ConstDirectiveNode | undefined {
  const applied = declared.federation.applied.get(`${heading.name}.${at.name.value}`) ?? [];
  return applied.find(({ name }) => name === 'requires')?.at;
}

/** What is made of other subgraphs' values is a value that is computed. */
export function checkRequires(
  { at, heading, mistakes }: FieldSyntax,
  requires: ConstDirectiveNode | undefined,
  isComputed: boolean,
): void {
  if (requires === undefined || isComputed) return;
  const got = `field ${at.name.value} of type ${heading.name}`;
  mistakes.add(requires, `@requires expected a field that holds a value, got ${got}`);
}
