/**
 * What may change from one version of a definition to the next: fields and types are added or
 * retired, never retyped, because cells written under an earlier version stay as they are.
 *
 * A retired path keeps its cells, and may come back. So a new version is checked against every
 * earlier one, not only against the last.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type {
  ComputedField,
  Definition,
  EnumType,
  Field,
  NodeType,
  ScalarField,
} from './definition.ts';
import { typeTextOf } from './fields.ts';
import { enumPosition, positionInSource } from './position.ts';

/** A type as both versions hold it, for what an error says. */
interface Subject {
  /** The type in the text of the later version. */
  readonly typeName: string;
  /** How a caller knows it: `type Airport`, `edge type ROUTE`. */
  readonly what: string;
}

/** Throws where `after` cannot follow `before`; the position is in the text of `after`. */
export function checkEvolution(
  before: Definition,
  after: Definition,
  options: { readonly file?: string } = {},
): void {
  const evolution = new Evolution(after, options.file);
  for (const [name, type] of after.nodeTypes) {
    const earlier = before.nodeTypes.get(name);
    if (earlier === undefined) continue;
    const subject = { typeName: name, what: `type ${name}` };
    evolution.checkKey(subject, earlier, type);
    evolution.checkFields(subject, earlier.fields, type.fields);
    evolution.checkStored(subject, earlier, type);
  }
  for (const [name, type] of after.edgeTypes) {
    const earlier = before.edgeTypes.get(name);
    if (earlier === undefined || type.properties === undefined) continue;
    const subject = { typeName: type.properties.name, what: `edge type ${name}` };
    const properties = earlier.properties ?? NO_PROPERTIES;
    evolution.checkFields(subject, properties.fields, type.properties.fields);
    evolution.checkStored(subject, properties, type.properties);
  }
}

/** What a type holds, and what is computed of it. */
interface Members {
  readonly fields: readonly Field[];
  readonly computed: readonly ComputedField[];
}

const NO_PROPERTIES: Members = { fields: [], computed: [] };

class Evolution {
  readonly #after: Definition;
  readonly #file: string | undefined;

  constructor(after: Definition, file: string | undefined) {
    this.#after = after;
    this.#file = file;
  }

  /** Ids of nodes derive from their natural keys, so which field is the key is for ever. */
  checkKey(subject: Subject, before: NodeType, after: NodeType): void {
    if (before.key?.name === after.key?.name) return;
    const expected = before.key === undefined ? 'no @id field' : `@id field ${before.key.name}`;
    const got = after.key === undefined ? 'none' : after.key.name;
    const path = after.key?.path;
    this.#refuse(
      { ...subject, path },
      `${subject.what} expected ${expected}, as before, got ${got}`,
    );
  }

  checkFields(subject: Subject, before: readonly Field[], after: readonly Field[]): void {
    const earlier = new Map(before.map((field) => [field.name, field]));
    for (const field of after) this.#checkField(subject, earlier.get(field.name), field);
  }

  /** What was stored stays so, even unseen, and what was computed never was. */
  checkStored(subject: Subject, before: Members, after: Members): void {
    this.#expectNone(subject, 'a stored field', { before: before.fields, after: after.computed });
    this.#expectNone(subject, 'a computed field', { before: before.computed, after: after.fields });
  }

  #expectNone(
    subject: Subject,
    expected: string,
    { before, after }: Readonly<Record<'before' | 'after', readonly { readonly name: string }[]>>,
  ): void {
    const earlier = new Set(before.map(({ name }) => name));
    const changed = after.find(({ name }) => earlier.has(name));
    if (changed === undefined) return;
    const what = `field ${changed.name} of ${subject.what}`;
    const got = expected === 'a stored field' ? 'a computed field' : 'a stored field';
    this.#refuse(
      { ...subject, path: changed.name },
      `${what} expected ${expected}, as before, got ${got}`,
    );
  }

  #checkField(subject: Subject, before: Field | undefined, after: Field): void {
    const at = { ...subject, path: after.path };
    const what = `field ${after.path} of ${subject.what}`;
    if (before !== undefined && kindOf(before) !== kindOf(after)) {
      this.#refuse(at, `${what} expected ${kindOf(before)}, as before, got ${kindOf(after)}`);
    }
    if (before?.kind === 'scalar' && after.kind === 'scalar') {
      this.#checkEnum(what, before.enumType, after.enumType);
      this.#checkCollection(at, { before, after });
    }
    const hasDefault = after.kind === 'scalar' && after.defaultValue !== undefined;
    if (after.required && !hasDefault && before?.required !== true) {
      const was = before === undefined ? 'is new' : 'was optional';
      // Neither nested fields nor their members can have a default.
      const isPlain = after.kind === 'scalar' && after.path === after.name;
      const expected = isPlain ? '@default or no !' : 'no !';
      this.#refuse(at, `${what} expected ${expected}, as it ${was}, got a required field`);
    }
    // Members of a new nested field are written together with it, so they may be required.
    if (before?.kind === 'nested' && after.kind === 'nested') {
      this.checkFields(subject, before.fields, after.fields);
    }
  }

  /** Pieces stay, and more of them may come from where the definition before is in force. */
  #checkCollection(
    at: Subject & { readonly path: string },
    { before, after }: Readonly<Record<'before' | 'after', ScalarField>>,
  ): void {
    const { collection } = before;
    if (collection === undefined || collection === after.collection) return;
    const what = `field ${at.path} of ${at.what}`;
    const got = after.collection === undefined ? 'none' : `@${after.collection}`;
    this.#refuse(at, `${what} expected @${collection}, as before, got ${got}`);
  }

  /** Cells may hold every value that was there. The name is free: cells hold the value alone. */
  #checkEnum(what: string, before: EnumType | undefined, after: EnumType | undefined): void {
    if (before === undefined || after === undefined) return;
    const kept = new Set(after.names);
    const gone = before.names.find((name) => !kept.has(name));
    if (gone === undefined) return;
    const expected = `enum ${after.name} expected the value ${gone}, as ${what} had before`;
    const position = enumPosition(this.#after, after.name, this.#file);
    throw new DatabaseError(ErrorCode.INVALID_INPUT, `${expected}, got none`, { position });
  }

  #refuse(
    at: { readonly typeName: string; readonly path: string | undefined },
    message: string,
  ): never {
    const position = positionInSource(this.#after, { ...at, file: this.#file });
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message, { position });
  }
}

/** What must stay the same about a path. The name of a nested type is free: paths are stored. */
function kindOf(field: Field): string {
  if (field.kind === 'nested') return 'a nested type';
  if (field.enumType === undefined) return typeTextOf(field);
  return field.isList ? 'a list of an enum' : 'an enum';
}
