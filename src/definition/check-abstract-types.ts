/**
 * Interfaces and unions stand for node types: which there are, and that each type has what its
 * interfaces promise, in one form, so that nodes of all of them are read in one way.
 */

import { type FieldDefinitionNode, type NamedTypeNode, print } from 'graphql';
import { assert } from '../base/assert.ts';
import { ABSTRACT_NODE_TYPES_MAX, UNION_ENDS_MAX } from '../base/limits.ts';
import { type Declared, nodeTypesByName } from './abstract-types.ts';
import {
  type DeclaredRelationship,
  type DeclaredType,
  type DeclaredUnion,
  TypeRole,
} from './declared-type.ts';
import { BUILT_IN_ID } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

export function checkAbstractTypes(declared: Declared, mistakes: Mistakes): void {
  const check = new AbstractTypesCheck(declared, mistakes);
  for (const type of declared.types.values()) {
    if (type.role === TypeRole.NODE) check.implemented(type);
    if (type.role === TypeRole.INTERFACE) check.ofInterface(type);
  }
  for (const union of declared.unions.values()) check.members(union);
  check.ends();
}

/** Two types that implement one interface. */
interface Pair {
  readonly of: DeclaredType;
  readonly first: DeclaredType;
  readonly other: DeclaredType;
}

class AbstractTypesCheck {
  readonly #declared: Declared;
  readonly #mistakes: Mistakes;
  readonly #nodeTypes: ReadonlyMap<string, readonly string[]>;
  /** Types of fields as they are written. */
  readonly #texts = new Map<FieldDefinitionNode, string>();

  constructor(declared: Declared, mistakes: Mistakes) {
    this.#declared = declared;
    this.#mistakes = mistakes;
    this.#nodeTypes = nodeTypesByName(declared);
  }

  /** What a type says that it implements: interfaces, each once, with all of their fields. */
  implemented(type: DeclaredType): void {
    const what = `type ${type.name}`;
    const known = new Set<string>();
    const own = new Map((type.at.fields ?? []).map((field) => [field.name.value, field]));
    const declaring = new Map<string, string>();
    for (const at of type.at.interfaces ?? []) {
      const name = at.name.value;
      const implemented = this.#declared.types.get(name);
      if (known.has(name)) {
        this.#mistakes.add(at, `${what} expected each interface once, got ${name} again`);
      } else if (implemented?.role !== TypeRole.INTERFACE) {
        this.#mistakes.add(at, `${what} expected to implement interfaces, got ${quoteShort(name)}`);
      } else {
        this.#fields(type, { at, implemented, own });
        this.#ownId(type, { at, implemented });
        for (const { name: relationship } of implemented.declarations) {
          const other = declaring.get(relationship);
          declaring.set(relationship, other ?? name);
          if (other === undefined) continue;
          const expected = `${what} expected one interface that declares ${relationship}`;
          this.#mistakes.add(at, `${expected}, got ${other} and ${name}`);
        }
      }
      known.add(name);
    }
  }

  /** What an interface has by the name of the built-in id is that of all its types. */
  #ownId(
    type: DeclaredType,
    { at, implemented }: { readonly at: NamedTypeNode; readonly implemented: DeclaredType },
  ): void {
    const has = ({ at: { fields } }: DeclaredType) =>
      fields?.some(({ name }) => name.value === BUILT_IN_ID) === true;
    if (!has(type) || has(implemented)) return;
    const expected = `type ${type.name} expected interfaces that have its field id`;
    this.#mistakes.add(at, `${expected}, got ${implemented.name}`);
  }

  #fields(
    type: DeclaredType,
    of: {
      readonly at: NamedTypeNode;
      readonly implemented: DeclaredType;
      readonly own: ReadonlyMap<string, FieldDefinitionNode>;
    },
  ): void {
    const as = `interface ${of.implemented.name}`;
    for (const promised of of.implemented.at.fields ?? []) {
      const name = promised.name.value;
      const field = of.own.get(name);
      if (field === undefined) {
        const expected = `type ${type.name} expected the field ${name} of ${as}`;
        this.#mistakes.add(of.at, `${expected}, got none`);
        continue;
      }
      const isComputed = type.computed.some((each) => each.field.name === name);
      if (isComputed || type.externals.some((each) => each.field.name === name)) {
        const what = `field ${name} of type ${type.name} expected to be stored`;
        const got = isComputed ? '@customResolver' : '@external';
        this.#mistakes.add(field.name, `${what}, as in ${as}, got ${got}`);
      }
      const [expected, got] = [this.#textOf(promised), this.#textOf(field)];
      if (expected === got) continue;
      const what = `field ${name} of type ${type.name} expected type ${expected}`;
      this.#mistakes.add(field.type, `${what}, as in ${as}, got ${quoteShort(got)}`);
    }
  }

  #textOf(field: FieldDefinitionNode): string {
    const known = this.#texts.get(field);
    if (known !== undefined) return known;
    const text = print(field.type);
    this.#texts.set(field, text);
    return text;
  }

  ofInterface(of: DeclaredType): void {
    const what = `interface ${of.name}`;
    const names = this.#nodeTypes.get(of.name) ?? [];
    const [first, ...others] = names.map((name) => this.#typeOf(name));
    if (first === undefined) {
      this.#mistakes.add(of.at.name, `${what} expected a type that implements it, got none`);
      return;
    }
    if (names.length > ABSTRACT_NODE_TYPES_MAX) {
      const expected = `${what} expected at most ${ABSTRACT_NODE_TYPES_MAX} types`;
      this.#mistakes.add(of.at.name, `${expected} that implement it, got ${names.length}`);
      return;
    }
    for (const other of others) {
      this.#keys({ of, first, other });
      this.#collections({ of, first, other });
      this.#relationships({ of, first, other });
    }
  }

  #typeOf(name: string): DeclaredType {
    const type = this.#declared.types.get(name);
    assert(type !== undefined, 'a type that implements an interface is declared');
    return type;
  }

  /** Keys are read in another way than values. */
  #keys({ of, first, other }: Pair): void {
    const keys = [first, other].map(
      ({ fields }) =>
        fields.find(({ field }) => field.kind === 'scalar' && field.isKey)?.field.name,
    );
    for (const { field } of of.fields) {
      const [isKey, isOwnKey] = keys.map((key) => key === field.name);
      if (isKey === isOwnKey) continue;
      const at = other.fields.find((each) => each.field.name === field.name)?.at.name;
      const what = `field ${field.name} of type ${other.name} expected`;
      const wanted = isKey === true ? '@id' : 'no @id';
      const as = `as in type ${first.name} of interface ${of.name}`;
      const got = isKey === true ? 'none' : '@id';
      if (at !== undefined) this.#mistakes.add(at, `${what} ${wanted}, ${as}, got ${got}`);
    }
  }

  /** What is merged from pieces has other operators than what is one value. */
  #collections({ of, first, other }: Pair): void {
    for (const { field } of of.fields) {
      const [expected, got] = [first, other].map(({ fields }) =>
        fields.find((each) => each.field.name === field.name),
      );
      if (expected === undefined || got === undefined) continue;
      const [wanted, given] = [expected, got].map(({ field: own }) => {
        const collection = own.kind === 'scalar' ? own.collection : undefined;
        return collection === undefined ? 'a list that is one value' : `@${collection}`;
      });
      if (wanted === given) continue;
      const what = `field ${field.name} of type ${other.name} expected ${wanted}`;
      const as = `as in type ${first.name} of interface ${of.name}`;
      this.#mistakes.add(got.at.name, `${what}, ${as}, got ${given}`);
    }
  }

  /** What an interface declares is one relationship: filters and figures follow that. */
  #relationships({ of, first, other }: Pair): void {
    const [ofFirst, ofOther] = [first, other].map(
      ({ relationships }) =>
        new Map(relationships.map((each) => [each.relationship.name, each] as const)),
    );
    for (const { name } of of.declarations) {
      const expected = ofFirst?.get(name);
      const got = ofOther?.get(name);
      if (expected === undefined || got === undefined) continue;
      if (describe(expected) === describe(got)) continue;
      const what = `relationship ${name} of type ${other.name} expected ${describe(expected)}`;
      const as = `as in type ${first.name} of interface ${of.name}`;
      this.#mistakes.add(got.at.name, `${what}, ${as}, got ${describe(got)}`);
    }
  }

  members({ name, at }: DeclaredUnion): void {
    const what = `union ${name}`;
    const members = at.types ?? [];
    if (members.length === 0) {
      this.#mistakes.add(at.name, `${what} expected at least one node type, got none`);
    }
    if (members.length > ABSTRACT_NODE_TYPES_MAX) {
      const expected = `${what} expected at most ${ABSTRACT_NODE_TYPES_MAX} types`;
      this.#mistakes.add(at.name, `${expected}, got ${members.length}`);
    }
    const known = new Set<string>();
    for (const member of members) {
      const type = member.name.value;
      const role = this.#declared.types.get(type)?.role;
      if (role !== TypeRole.NODE) {
        const other = this.#declared.unions.has(type) ? 'union' : 'unknown type';
        const got = `${role ?? other} ${quoteShort(type)}`;
        this.#mistakes.add(member, `${what} expected node types, got ${got}`);
      } else if (known.has(type)) {
        this.#mistakes.add(member, `${what} expected each type once, got ${type} again`);
      }
      known.add(type);
    }
  }

  /** Of each node type that a relationship to a union leads to the API has inputs of its own. */
  ends(): void {
    let ends = 0;
    for (const type of this.#declared.types.values()) {
      for (const { at, relationship } of type.relationships) {
        ends += this.#declared.unions.get(relationship.target)?.at.types?.length ?? 0;
        if (ends <= UNION_ENDS_MAX) continue;
        const expected = `relationships to unions expected at most ${UNION_ENDS_MAX} types`;
        this.#mistakes.add(at.name, `${expected} of nodes together, got more`);
        return;
      }
    }
  }
}

function describe({ relationship }: DeclaredRelationship): string {
  const { edgeType, direction, properties } = relationship;
  const named = properties === undefined ? 'no properties' : `properties ${properties}`;
  return `edges ${quoteShort(edgeType)} ${direction} with ${named}`;
}
