/**
 * Nested types become paths. Their depth and number are measured before they are expanded, since
 * a short text can nest a few types into very many paths.
 */

import {
  DEFINITION_PATHS_MAX,
  PATH_BYTES_MAX,
  PATH_DEPTH_MAX,
  TYPE_PATHS_MAX,
} from '../base/limits.ts';
import { type DeclaredField, type DeclaredType, TypeRole } from './declared-type.ts';
import type { Field } from './definition.ts';
import { BUILT_IN_NESTED } from './fields.ts';
import type { Mistakes } from './mistakes.ts';

/** What a field or a type comes to when it is expanded. */
interface Extent {
  readonly depth: number;
  readonly paths: number;
  /** Of the longest path. */
  readonly bytes: number;
}

const EMPTY: Extent = { depth: 0, paths: 0, bytes: 0 };

export function checkNesting(types: ReadonlyMap<string, DeclaredType>, mistakes: Mistakes): void {
  const measure = new Measure(types, mistakes);
  let paths = 0;
  for (const type of types.values()) {
    const extent = measure.ofType(type.name);
    if (extent.paths > TYPE_PATHS_MAX) {
      const expected = `type ${type.name} expected at most ${TYPE_PATHS_MAX} property paths`;
      mistakes.add(type.at.name, `${expected}, got more`);
    }
    if (type.role === TypeRole.NESTED) continue;
    paths += extent.paths;
    if (paths <= DEFINITION_PATHS_MAX) continue;
    const expected = `definition expected at most ${DEFINITION_PATHS_MAX} property paths`;
    mistakes.add(type.at.name, `${expected}, got more`);
  }
}

/** The fields of a type with full paths, nested ones filled. Only for types that were checked. */
export function expandFields(
  fields: readonly Field[],
  types: ReadonlyMap<string, DeclaredType>,
  prefix = '',
): Field[] {
  return fields.map((field) => {
    const path = `${prefix}${field.name}`;
    if (field.kind === 'scalar') return { ...field, path };
    const members = BUILT_IN_NESTED.get(field.typeName) ?? membersOf(types, field.typeName);
    return { ...field, path, fields: expandFields(members, types, `${path}.`) };
  });
}

function membersOf(types: ReadonlyMap<string, DeclaredType>, typeName: string): Field[] {
  return (types.get(typeName)?.fields ?? []).map(({ field }) => field);
}

class Measure {
  readonly #types: ReadonlyMap<string, DeclaredType>;
  readonly #mistakes: Mistakes;
  readonly #extents = new Map<string, Extent>();
  /** Types whose members are being measured: meeting one again is a cycle. */
  readonly #open = new Set<string>();

  constructor(types: ReadonlyMap<string, DeclaredType>, mistakes: Mistakes) {
    this.#types = types;
    this.#mistakes = mistakes;
  }

  ofType(name: string): Extent {
    const known = this.#extents.get(name);
    if (known !== undefined) return known;
    const type = this.#types.get(name);
    this.#open.add(name);
    const extents = (type?.fields ?? []).map((declared) => this.#ofField(name, declared));
    this.#open.delete(name);
    const extent = {
      depth: Math.max(0, ...extents.map(({ depth }) => depth)),
      paths: extents.reduce((sum, { paths }) => sum + paths, 0),
      bytes: Math.max(0, ...extents.map(({ bytes }) => bytes)),
    };
    this.#extents.set(name, extent);
    return extent;
  }

  #ofField(typeName: string, { at, field }: DeclaredField): Extent {
    const what = `field ${field.name} of type ${typeName}`;
    const inner = this.#ofMembers(what, { at, field });
    const extent = {
      depth: inner.depth + 1,
      paths: inner.paths + 1,
      bytes: field.name.length + (inner.bytes === 0 ? 0 : 1 + inner.bytes),
    };
    if (extent.depth > PATH_DEPTH_MAX) {
      const expected = `${what} expected at most ${PATH_DEPTH_MAX} levels`;
      this.#mistakes.add(at.name, `${expected}, got ${extent.depth}`);
    } else if (extent.bytes > PATH_BYTES_MAX) {
      const expected = `${what} expected paths of at most ${PATH_BYTES_MAX} bytes`;
      this.#mistakes.add(at.name, `${expected}, got ${extent.bytes}`);
    }
    return extent;
  }

  #ofMembers(what: string, { at, field }: DeclaredField): Extent {
    if (field.kind === 'scalar') return EMPTY;
    const builtIn = BUILT_IN_NESTED.get(field.typeName);
    if (builtIn !== undefined) {
      const bytes = Math.max(...builtIn.map(({ name }) => name.length));
      return { depth: 1, paths: builtIn.length, bytes };
    }
    if (!this.#open.has(field.typeName)) return this.ofType(field.typeName);
    const expected = `${what} expected a nested type that does not contain it`;
    this.#mistakes.add(at.type, `${expected}, got ${field.typeName}`);
    return EMPTY;
  }
}
