/** The names of the generated API, as the Neo4j GraphQL Library 7 gives them. */

import type { CompositeType } from '../definition/definition.ts';
import { singularOf } from '../definition/fields.ts';
import { isEnumValue } from '../definition/generated-names.ts';
import { graphqlName } from '../definition/infer-names.ts';

export interface NodeNames {
  /** `airport` */
  readonly single: string;
  /** `airports` */
  readonly list: string;
  /** `Airports` */
  readonly plural: string;
}

export function nodeNames(type: CompositeType): NodeNames {
  return { single: singularOf(type.name), list: type.plural, plural: upperFirst(type.plural) };
}

/**
 * A name of GraphQL for each text, in order: the text itself where it is one. Others are adapted,
 * and give way with a trailing `_`.
 */
export function enumNames(texts: readonly string[]): readonly (readonly [string, string])[] {
  const isName = (text: string) => graphqlName(text) === text && isEnumValue(text);
  const taken = new Set(texts.filter(isName));
  return texts.map((text) => {
    if (isName(text)) return [text, text];
    let name = graphqlName(text);
    while (taken.has(name) || !isEnumValue(name)) name += '_';
    taken.add(name);
    return [name, text];
  });
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
