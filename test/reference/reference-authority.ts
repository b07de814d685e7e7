/**
 * What the authority chain decides, once more, the obvious way: every question goes over all
 * records from the first on. A transaction is masked where one of its deltas is not allowed as of
 * the record that its commit cites, or of a later narrowing one, up to the first that keeps it
 * (schema/authority.md).
 */

import { contextAt } from '../../src/access/context-at.ts';
import type { Model } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import {
  formatTuple,
  type ObjectName,
  parseGrantedObject,
  parseSubject,
  type Tuple,
} from '../../src/access/tuple.ts';
import type { RecordBody } from '../../src/authority/body.ts';
import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { AccessRelations, Definition, Field } from '../../src/definition/definition.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { clockMilliseconds } from '../../src/delta/clock.ts';
import type { AddressedDelta, Delta, Transaction } from '../../src/delta/delta.ts';
import type { CommitHeader } from '../../src/delta/header.ts';
import { ReferenceAccess } from './reference-access.ts';

/** `waits`: it selects a node whose type is not known, and nothing else masks it. */
export type Judgement = 'allowed' | 'masked' | 'waits';

/** The type of a node by its id, as far as creates have told it. */
export type TypeOf = (id: string) => string | undefined;

/** What is asked of a transaction beside what it does. */
export interface Asked {
  readonly header: Pick<CommitHeader, 'author' | 'sequence' | 'clock'>;
  /** Height of the record that the commit cites. */
  readonly cited: number;
  readonly typeOf: TypeOf;
}

export class ReferenceAuthority {
  readonly #records: readonly RecordBody[];
  /** By height, since each is asked often. */
  readonly #access = new Map<number, ReferenceAccess>();
  /** By height, then by author. */
  readonly #kept = new Map<number, ReadonlyMap<string, number>>();

  /** All records of a chain, from its genesis on. */
  constructor(records: readonly RecordBody[]) {
    this.#records = records;
  }

  get height(): number {
    return this.#records.length - 1;
  }

  modelAt(height: number): Model | undefined {
    const body = this.#until(height).findLast((record) => record.kind === 'model');
    return body === undefined ? undefined : modelOf(body.model);
  }

  /** Grants that hold at a height; one that was made again as it was made last. */
  grantsAt(height: number): Tuple[] {
    const held = new Map<string, Tuple>();
    for (const body of this.#until(height)) {
      const tuples = body.kind === 'grants' || body.kind === 'revocation' ? body.grants : [];
      for (const tuple of tuples.map(tupleOf)) {
        if (body.kind === 'grants') held.set(formatTuple(tuple), tuple);
        else held.delete(formatTuple(tuple));
      }
    }
    return [...held.values()];
  }

  accessAt(height: number): ReferenceAccess | undefined {
    const known = this.#access.get(height);
    const model = this.modelAt(height);
    if (known !== undefined || model === undefined) return known;
    const access = new ReferenceAccess(model, this.grantsAt(height));
    this.#access.set(height, access);
    return access;
  }

  /** Whether a key may sign commits that cite the record at a height. */
  isAuthor(key: Uint8Array, height: number): boolean {
    const certified = this.#certified(key, height);
    if (certified === undefined) return false;
    return !this.#until(height).some((body) => {
      if (body.kind !== 'revocation' || body.height <= certified.height) return false;
      const isNamed = body.authors.some((author) => toHex(author) === toHex(key));
      return isNamed || body.members.some((name) => name === certified.organisation);
    });
  }

  /** Heights at which a commit is judged. */
  heightsOf({ author, sequence }: Asked['header'], cited: number): number[] {
    const later = this.#records.filter(isNarrowing).map(({ height }) => height);
    const heights = later.filter((height) => height > cited);
    const kept = heights.findIndex((height) => this.#keptAt(author, height) >= sequence);
    return [cited, ...(kept < 0 ? heights : heights.slice(0, kept))];
  }

  judge(transaction: Transaction, { header, cited, typeOf }: Asked): Judgement {
    let judgement: Judgement = 'allowed';
    for (const height of this.heightsOf(header, cited)) {
      const own = this.judgeAt(transaction, { header, cited: height, typeOf });
      if (own === 'masked') return 'masked';
      if (own === 'waits') judgement = 'waits';
    }
    return judgement;
  }

  /** Whether an actor may do one thing as of a height, at a time. */
  allows(
    actor: string,
    { subject, delta }: AddressedDelta,
    at: { readonly height: number; readonly milliseconds: number; readonly typeOf: TypeOf },
  ): boolean {
    const [model, access] = [this.modelAt(at.height), this.accessAt(at.height)];
    if (model === undefined || access === undefined) return true;
    const type = subject.element === 'edge' ? subject.type : typeOfSubject(subject, delta, at);
    if (type === undefined) return false;
    const rules = new Rules(model, this.#definitionAt(at.height), subject.element, type);
    const relation = rules.relationOf(delta);
    if (relation === undefined) return false;
    const question = { object: objectOf(subject, type), relation, subject: parseSubject(actor) };
    const context = contextAt(at.milliseconds);
    return access.check({ ...question, context, contextualTuples: [] }) === 'granted';
  }

  /** The relation that reading a field of a node asks for, as of a height. */
  readOf(type: string, path: string, height: number): string | undefined {
    const model = this.modelAt(height);
    if (model === undefined) return undefined;
    return new Rules(model, this.#definitionAt(height), 'node', type).readOf(path);
  }

  /** Whether an author may speak for an actor at all. */
  mayAct(author: Uint8Array, actor: string): boolean {
    const organisation = this.#certified(author, this.height)?.organisation;
    const prefix = organisation === undefined ? 'user:' : `user:${organisation}/`;
    return isPrincipal(actor) && actor.startsWith(prefix);
  }

  /** As of the one height that is given, whatever stands behind it. */
  judgeAt({ actor, deltas }: Transaction, { header, cited: height, typeOf }: Asked): Judgement {
    if (!this.isAuthor(header.author, height)) return 'masked';
    if (this.modelAt(height) === undefined) return 'allowed';
    if (!this.mayAct(header.author, actor)) return 'masked';
    const at = { height, milliseconds: clockMilliseconds(header.clock), typeOf };
    let judgement: Judgement = 'allowed';
    for (const one of deltas) {
      const { subject, delta } = one;
      const isKnown = subject.element === 'edge' || typeOfSubject(subject, delta, at) !== undefined;
      if (!isKnown) judgement = 'waits';
      else if (!this.allows(actor, one, at)) return 'masked';
    }
    return judgement;
  }

  #until(height: number): readonly RecordBody[] {
    return this.#records.slice(0, height + 1);
  }

  #definitionAt(height: number): Definition | undefined {
    const body = this.#until(height).findLast((record) => record.kind === 'definition');
    return body === undefined ? undefined : definitionOf(body.sdl);
  }

  #certified(key: Uint8Array, height: number) {
    const records = this.#until(height).filter((body) => body.kind === 'author');
    return records.find(({ author }) => toHex(author) === toHex(key));
  }

  /** Up to which sequence number the commits of an author are kept by a record, or one before. */
  #keptAt(author: Uint8Array, height: number): number {
    const known = this.#kept.get(height);
    if (known !== undefined) return known.get(toHex(author)) ?? 0;
    const kept = new Map<string, number>();
    for (const body of this.#until(height)) {
      for (const { key, sequence } of keptBy(body)) {
        const name = toHex(key);
        kept.set(name, Math.max(sequence, kept.get(name) ?? 0));
      }
    }
    this.#kept.set(height, kept);
    return this.#keptAt(author, height);
  }
}

/** Which relations the verbs of one type ask for. */
class Rules {
  readonly #relations: ReadonlySet<string> | undefined;
  readonly #access: AccessRelations | undefined;
  readonly #fields: readonly Field[];

  constructor(
    model: Model,
    definition: Definition | undefined,
    element: 'node' | 'edge',
    type: string,
  ) {
    const names = model.types.get(type)?.relations.keys();
    this.#relations = names === undefined ? undefined : new Set(names);
    const declared =
      element === 'node'
        ? definition?.nodeTypes.get(type)
        : definition?.edgeTypes.get(type)?.properties;
    this.#access = declared?.access;
    this.#fields = declared?.fields ?? [];
  }

  relationOf(delta: Delta): string | undefined {
    const write = this.#access?.write ?? this.#named('write');
    switch (delta.operation) {
      case 'createNode':
      case 'createNodeByKey':
      case 'createEdge':
        return this.#named('create') ?? write;
      case 'delete':
        return this.#named('delete') ?? write;
      default:
        return this.#ofPath('write', delta.path.split('.')) ?? write;
    }
  }

  /** Of a field. */
  readOf(path: string): string | undefined {
    const read = this.#access?.read ?? this.#named('read');
    return this.#ofPath('read', path.split('.')) ?? read;
  }

  /** Of the path, or of the nearest above it that has a rule. */
  #ofPath(verb: 'read' | 'write', segments: readonly string[]): string | undefined {
    if (segments.length === 0) return undefined;
    const path = segments.join('.');
    const own = fieldAt(this.#fields, path)?.access?.[verb] ?? this.#named(`${verb}.${path}`);
    return own ?? this.#ofPath(verb, segments.slice(0, -1));
  }

  #named(relation: string): string | undefined {
    return this.#relations?.has(relation) ? relation : undefined;
  }
}

function fieldAt(fields: readonly Field[], path: string): Field | undefined {
  for (const field of fields) {
    if (field.path === path) return field;
    const inner = field.kind === 'nested' ? fieldAt(field.fields, path) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function typeOfSubject(
  subject: Extract<AddressedDelta['subject'], { element: 'node' }>,
  delta: Delta,
  { typeOf }: { readonly typeOf: TypeOf },
): string | undefined {
  if (delta.operation === 'createNode' || delta.operation === 'createNodeByKey') return delta.type;
  return typeOf(subject.id);
}

function objectOf(subject: AddressedDelta['subject'], type: string): ObjectName {
  if (subject.element === 'node') return { type, id: subject.id };
  const { from, to, key } = subject;
  return { type, id: key === 0 ? `${from}-${to}` : `${from}-${to}-${key}` };
}

/** A subject of type user that is no set. */
function isPrincipal(actor: string): boolean {
  try {
    const { type, relation } = parseSubject(actor);
    return type === 'user' && relation === undefined;
  } catch {
    return false;
  }
}

function isNarrowing(body: RecordBody): body is Extract<RecordBody, { frontier: unknown }> {
  return body.kind === 'model' || body.kind === 'revocation';
}

function keptBy(body: RecordBody) {
  if (body.kind === 'seal') return body.tips;
  return isNarrowing(body) ? body.frontier : [];
}

function tupleOf({ object, relation, subject, condition }: WrittenGrant): Tuple {
  const tuple = { object: parseGrantedObject(object), relation, subject: parseSubject(subject) };
  if (condition === undefined) return tuple;
  const context = new Map(Object.entries(JSON.parse(condition.context) as object));
  return { ...tuple, condition: { name: condition.name, context } };
}

const models = new Map<string, Model>();
const definitions = new Map<string, Definition>();

function modelOf(text: string): Model {
  const model = models.get(text) ?? parseModel(text);
  models.set(text, model);
  return model;
}

function definitionOf(sdl: string): Definition {
  const definition = definitions.get(sdl) ?? parseDefinition(sdl);
  definitions.set(sdl, definition);
  return definition;
}
