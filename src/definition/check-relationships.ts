/** What relationships of different types must agree on: an edge type has one set of properties. */

import type { DeclaredRelationship, DeclaredType } from './declared-type.ts';
import type { Mistakes } from './mistakes.ts';

/** Suffix of the field that the API adds beside each relationship. */
const CONNECTION = 'Connection';

export function checkRelationships(types: readonly DeclaredType[], mistakes: Mistakes): void {
  const firstOfEdgeType = new Map<string, DeclaredRelationship>();
  for (const type of types) {
    checkDistinct(type, mistakes);
    for (const declared of type.relationships) {
      const { edgeType, properties } = declared.relationship;
      const first = firstOfEdgeType.get(edgeType);
      if (first === undefined) {
        firstOfEdgeType.set(edgeType, declared);
      } else if (first.relationship.properties !== properties) {
        const expected = describe(first.relationship.properties);
        const what = `edge type ${edgeType} expected ${expected}, as where it is first named`;
        mistakes.add(declared.propertiesAt, `${what}, got ${describe(properties)}`);
      }
    }
  }
}

/** Two relationships that show the same edges would be one, and one name must not be generated. */
function checkDistinct(type: DeclaredType, mistakes: Mistakes): void {
  const meanings = new Map<string, string>();
  const { fields, computed, externals, relationships } = type;
  const members = [...fields, ...computed, ...externals, ...relationships];
  const names = new Map(members.map(({ at }) => [at.name.value, at.name]));
  for (const { at, relationship } of relationships) {
    const { name, edgeType, direction, target } = relationship;
    const meaning = JSON.stringify([edgeType, direction, target]);
    const same = meanings.get(meaning);
    if (same !== undefined) {
      const expected = `relationship ${name} of type ${type.name} expected edges of its own`;
      mistakes.add(at.name, `${expected}, got those of ${same}`);
    }
    meanings.set(meaning, name);
    const clash = names.get(`${name}${CONNECTION}`);
    if (clash === undefined) continue;
    const expected = `field name of type ${type.name} expected one that ${name} does not generate`;
    mistakes.add(clash, `${expected}, got ${clash.value}`);
  }
}

function describe(properties: string | undefined): string {
  return properties === undefined ? 'no properties' : `properties ${properties}`;
}
