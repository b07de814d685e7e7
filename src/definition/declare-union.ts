/** One union, before its members are looked up. */

import type { UnionTypeDefinitionNode } from 'graphql';
import type { DeclaredUnion } from './declared-type.ts';
import { readDirectives } from './directives.ts';
import type { Mistakes } from './mistakes.ts';
import { readPlural } from './read-plural.ts';

export function declareUnion(at: UnionTypeDefinitionNode, mistakes: Mistakes): DeclaredUnion {
  const name = at.name.value;
  const what = `union ${name}`;
  const directives = readDirectives(at.directives, { place: 'union', what }, mistakes);
  const directive = directives.get('plural');
  const plural = readPlural({ at: at.name, name, what, directive, argument: 'value' }, mistakes);
  return { at, name, ...plural };
}
