/**
 * Names of GraphQL from names of data, which can be any text. A name from the data is adapted by
 * one rule, and two that become one are refused: numbering them would depend on their order. Names
 * that are made up here give way with a trailing `_`.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isGeneratedSuffix, isTakenByApi, upperFirst } from './generated-names.ts';

/** Names that no column can have in the API. */
const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set([
  ...['id', 'version', 'AND', 'OR', 'NOT'],
  ...['true', 'false', 'null'],
]);
const CONNECTION = 'Connection';

/** Other characters become `_`, runs of them one; a leading digit gets a `_` before it. */
export function graphqlName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+/, '_');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

/** The field of a column or key. */
export function fieldName(text: string): string {
  const name = graphqlName(text);
  return RESERVED_FIELD_NAMES.has(name) ? `${name}_` : name;
}

export class TypeNames {
  /** What took a name, by the name. */
  readonly #owners = new Map<string, string>();

  /** The name of the node type of a label. */
  take(label: string): string {
    const name = graphqlName(label);
    const free = isTakenByApi(name) ? `${name}_` : name;
    claim(this.#owners, free, `label ${JSON.stringify(label)}`);
    return free;
  }

  /** A name for the properties of an edge type; after all labels, to which it gives way. */
  takeProperties(edgeType: string): string {
    let name = `${graphqlName(edgeType)}Properties`;
    while (this.#owners.has(name)) name += '_';
    this.#owners.set(name, `properties of edge type ${JSON.stringify(edgeType)}`);
    return name;
  }
}

/** Names within one type: the key is first, then the columns, then the relationships. */
export class MemberNames {
  readonly #owners = new Map<string, string>();
  readonly #relationships = new Set<string>();
  readonly #key: string | undefined;

  constructor(key: string | undefined) {
    this.#key = key === undefined ? undefined : fieldName(key);
    if (this.#key !== undefined) this.#owners.set(this.#key, 'the natural key');
  }

  /** The field of the natural key. */
  get key(): string | undefined {
    return this.#key;
  }

  takeColumn(column: string): string {
    const name = fieldName(column);
    const free = name === this.#key ? `${name}_` : name;
    claim(this.#owners, free, `column ${JSON.stringify(column)}`);
    return free;
  }

  takeRelationship(wanted: string): string {
    let name = fieldName(wanted);
    while (!this.#isFree(name)) name += '_';
    this.#owners.set(name, 'a relationship');
    this.#relationships.add(upperFirst(name));
    return name;
  }

  /** The API adds `routesConnection` to `routes`, and names types after `Routes`. */
  #isFree(name: string): boolean {
    if (this.#owners.has(name) || this.#owners.has(`${name}${CONNECTION}`)) return false;
    const start = upperFirst(name);
    return !this.#relationships.has(start) && !isGeneratedSuffix(start);
  }
}

function claim(owners: Map<string, string>, name: string, owner: string): void {
  const other = owners.get(name);
  if (other !== undefined) {
    const message = `${owner} expected a name of its own, got ${name}, which is that of ${other}`;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
  }
  owners.set(name, owner);
}
