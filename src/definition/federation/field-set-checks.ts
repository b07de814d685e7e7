/** What `@requires` and `@provides` select, as far as the types of this text tell. */

import type { DocumentNode, FieldDefinitionNode } from 'graphql';
import { findArgument, stringArgument } from '../directives.ts';
import { BUILT_IN_NESTED } from '../fields.ts';
import type { Mistakes } from '../mistakes.ts';
import { namedType, quoteShort } from '../syntax.ts';
import { fieldsByType, type WrittenType } from './externals.ts';
import { selectedPaths } from './field-set.ts';
import { keysOf } from './keys.ts';
import type { AppliedDirective, FederationSyntax } from './take.ts';

export function checkFieldSets(
  document: DocumentNode,
  federation: FederationSyntax,
  mistakes: Mistakes,
): void {
  const checks = new FieldSetChecks(document, federation, mistakes);
  for (const [coordinate, applied] of federation.applied) {
    for (const each of applied) checks.directive(coordinate, each);
  }
}

type MemberFields = ReadonlyMap<string, FieldDefinitionNode | null>;

class FieldSetChecks {
  readonly #document: DocumentNode;
  readonly #federation: FederationSyntax;
  readonly #mistakes: Mistakes;
  /** Made when it is asked for first: most texts have no such directive. */
  #types: ReadonlyMap<string, WrittenType> | undefined;

  constructor(document: DocumentNode, federation: FederationSyntax, mistakes: Mistakes) {
    this.#document = document;
    this.#federation = federation;
    this.#mistakes = mistakes;
  }

  directive(coordinate: string, { name, at }: AppliedDirective): void {
    if (name !== 'requires' && name !== 'provides') return;
    this.#types ??= fieldsByType(this.#document);
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const field = this.#types.get(typeName)?.fields.get(fieldName);
    if (field === undefined) return;
    const what = `@${at.name.value} of field ${fieldName} of type ${typeName}`;
    const from = name === 'requires' ? typeName : namedType(field.type);
    const written = findArgument(at, 'fields')?.value ?? at;
    const text = stringArgument(at, 'fields') ?? '';
    const paths = selectedPaths(text);
    if (!this.#types.has(from)) {
      this.#mistakes.add(at, `${what} expected a field that leads to nodes, got another`);
    } else if (paths === undefined) {
      const expected = `${what} expected names of fields, as in "sku location { latitude }"`;
      this.#mistakes.add(written, `${expected}, got ${quoteShort(JSON.stringify(text))}`);
    }
    for (const path of paths ?? []) {
      const wrong = this.#wrongPart(path, from);
      if (wrong !== undefined) this.#mistakes.add(written, `${what} ${wrong}`);
      if (name === 'requires' && !this.#isOfOthers(typeName, path.split('.')[0] ?? '')) {
        const got = quoteShort(path);
        this.#mistakes.add(written, `${what} expected fields that are @external, got ${got}`);
      }
    }
  }

  /** Whether other subgraphs give a field: whatever a gateway knows of a node are its keys. */
  #isOfOthers(typeName: string, name: string): boolean {
    const applied = this.#federation.applied.get(`${typeName}.${name}`) ?? [];
    const keys = keysOf(this.#federation, typeName).flatMap(({ paths }) => paths);
    const isOfKey = keys.some((path) => path.split('.')[0] === name);
    return !isOfKey && applied.some((each) => each.name === 'external');
  }

  /** Undefined where a path leads to a value. */
  #wrongPart(path: string, typeName: string): string | undefined {
    const shown = quoteShort(path);
    let type: string | undefined = typeName;
    for (const name of path.split('.')) {
      const fields: MemberFields | undefined =
        type === undefined ? undefined : this.#fieldsOf(type);
      if (fields === undefined) return `expected no members of a value, got ${shown}`;
      const field: FieldDefinitionNode | null | undefined = fields.get(name);
      if (field === undefined) {
        return `expected fields of type ${type}, got ${quoteShort(name)}`;
      }
      if (field?.directives?.some((each) => each.name.value === 'relationship')) {
        return `expected no relationship, which takes arguments, got ${shown}`;
      }
      type = field === null ? undefined : namedType(field.type);
    }
    if (type === undefined || this.#fieldsOf(type) === undefined) return undefined;
    return `expected members of ${shown} in { }, got it alone`;
  }

  /** Undefined for what has no fields; those that no text has written are null. */
  #fieldsOf(name: string): MemberFields | undefined {
    const builtIn = BUILT_IN_NESTED.get(name);
    if (builtIn !== undefined) return new Map(builtIn.map((field) => [field.name, null]));
    return this.#types?.get(name)?.fields;
  }
}
