/**
 * A tuple says that a subject has a relation to an object: `document:1#viewer@group:staff#member`.
 * Its parts are written as OpenFGA writes them, with its characters and lengths.
 */

import { isDeepStrictEqual } from 'node:util';
import { fitsUtf8 } from '../base/bytes.ts';
import { OBJECT_BYTES_MAX, OBJECT_TYPE_BYTES_MAX, SUBJECT_BYTES_MAX } from '../base/limits.ts';
import { isRelationName, quoteShort } from '../definition/syntax.ts';
import { AccessError, AccessReason, withReason } from './access-error.ts';
import { type Context, checkContext } from './condition.ts';
import type { Model, Relation, SubjectType } from './model.ts';

export interface ObjectName {
  readonly type: string;
  readonly id: string;
}

/** An object, everybody of a type (its id is `*`), or all who hold a relation of an object. */
export interface Subject {
  readonly type: string;
  readonly id: string;
  readonly relation?: string;
}

export interface Tuple {
  readonly object: ObjectName;
  readonly relation: string;
  readonly subject: Subject;
  readonly condition?: TupleCondition;
}

/** The tuple counts where the condition holds. */
export interface TupleCondition {
  readonly name: string;
  /** What the tuple itself gives of the condition's parameters. */
  readonly context: Context;
}

/** Objects of a type, or the userset of a relation of each: `user`, `group#member`. */
export interface SubjectFilter {
  readonly type: string;
  readonly relation?: string;
}

/** The id of the subject that is everybody of a type, and of the object that is all of a type. */
export const WILDCARD = '*';

const TYPE = /^[^\p{Cc}\p{Cs} :#@*]+$/u;
const ID = /^[^\p{Cc}\p{Cs} :#]+$/u;

export function parseObject(text: string): ObjectName {
  const object = splitObject(text, OBJECT_BYTES_MAX);
  if (object === undefined || object.id === WILDCARD) throw malformed('object type:id', text);
  return object;
}

/** The same for a grant of a space, which may be of all of a type: OpenFGA has no such thing. */
export function parseGrantedObject(text: string): ObjectName {
  const object = splitObject(text, OBJECT_BYTES_MAX);
  if (object === undefined) throw malformed('object type:id or type:*', text);
  return object;
}

export function parseSubject(text: string): Subject {
  const mark = text.indexOf('#');
  const object = splitObject(mark < 0 ? text : text.slice(0, mark), SUBJECT_BYTES_MAX);
  const expected = 'subject type:id, type:* or type:id#relation';
  if (object === undefined || !fitsUtf8(text, SUBJECT_BYTES_MAX)) throw malformed(expected, text);
  if (mark < 0) return object;
  const relation = text.slice(mark + 1);
  // OpenFGA leaves `*` to the wildcard wherever a relation follows.
  if (object.id.includes(WILDCARD) || !isRelationName(relation)) throw malformed(expected, text);
  return { ...object, relation };
}

export function parseRelation(text: string): string {
  if (!isRelationName(text)) throw malformed('relation', text);
  return text;
}

export function parseSubjectFilter(text: string): SubjectFilter {
  const [type = '', relation, ...rest] = text.split('#');
  const isFilter = isType(type) && rest.length === 0;
  if (!isFilter || (relation !== undefined && !isRelationName(relation))) {
    throw malformed('filter type or type#relation', text);
  }
  return relation === undefined ? { type } : { type, relation };
}

export function formatObject({ type, id }: ObjectName): string {
  return `${type}:${id}`;
}

export function formatSubject({ type, id, relation }: Subject): string {
  return relation === undefined ? `${type}:${id}` : `${type}:${id}#${relation}`;
}

export function formatTuple({ object, relation, subject }: Tuple): string {
  return `${formatObject(object)}#${relation}@${formatSubject(subject)}`;
}

/** Whether both say the same, whatever the order of the parameters that they give. */
export function sameCondition(left?: TupleCondition, right?: TupleCondition): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.name === right.name && isDeepStrictEqual(jsonOf(left), jsonOf(right));
}

/** Throws where the model has no place for the tuple. */
export function expectFitting(model: Model, tuple: Tuple): void {
  const { object, subject } = tuple;
  const type = model.types.get(object.type);
  if (type === undefined) throw unfit(tuple, 'a type of the model', object.type);
  const relation = type.relations.get(tuple.relation);
  if (relation === undefined) throw unfit(tuple, `a relation of ${type.name}`, tuple.relation);
  const isSubject = relation.subjects.filter((allowed) => allows(allowed, subject));
  if (isSubject.length === 0) {
    throw unfit(tuple, formatSubjects(relation), formatKind(subject));
  }
  const { condition } = tuple;
  if (!isSubject.some((allowed) => allowed.condition === condition?.name)) {
    const names = isSubject.map((allowed) => allowed.condition ?? 'no condition');
    throw unfit(tuple, names.join(' or '), condition?.name ?? 'no condition');
  }
  if (condition === undefined) return;
  const declared = model.conditions.get(condition.name);
  if (declared === undefined) throw unfit(tuple, 'a condition of the model', condition.name);
  withReason(AccessReason.TUPLE, () => checkContext(declared, condition.context));
}

export function fits(model: Model, tuple: Tuple): boolean {
  try {
    expectFitting(model, tuple);
    return true;
  } catch (error) {
    if (error instanceof AccessError) return false;
    throw error;
  }
}

/** What a condition gives, as records write it. */
function jsonOf({ context }: TupleCondition): unknown {
  return JSON.parse(JSON.stringify(Object.fromEntries(context)));
}

function splitObject(text: string, bytesMax: number): ObjectName | undefined {
  const colon = text.indexOf(':');
  if (colon < 0 || !fitsUtf8(text, bytesMax)) return undefined;
  const [type, id] = [text.slice(0, colon), text.slice(colon + 1)];
  return isType(type) && ID.test(id) ? { type, id } : undefined;
}

function isType(text: string): boolean {
  return fitsUtf8(text, OBJECT_TYPE_BYTES_MAX) && TYPE.test(text);
}

function allows(allowed: SubjectType, subject: Subject): boolean {
  if (allowed.type !== subject.type || allowed.relation !== subject.relation) return false;
  return allowed.isWildcard === (subject.id === WILDCARD);
}

function formatSubjects({ subjects }: Relation): string {
  const kinds = subjects.map(({ type, relation, isWildcard }) =>
    formatKind({
      type,
      id: isWildcard ? WILDCARD : '',
      ...(relation !== undefined && { relation }),
    }),
  );
  return kinds.length === 0 ? 'no subject' : `a subject of ${quoteShort(kinds.join(', '))}`;
}

function formatKind({ type, id, relation }: Subject): string {
  if (relation !== undefined) return `${type}#${relation}`;
  return id === WILDCARD ? `${type}:${WILDCARD}` : type;
}

function malformed(expected: string, text: string): AccessError {
  return new AccessError(AccessReason.TUPLE, `tuple expected ${expected}, got ${quoteShort(text)}`);
}

function unfit(tuple: Tuple, expected: string, got: string): AccessError {
  const what = quoteShort(formatTuple(tuple));
  const message = `tuple ${what} expected ${expected}, got ${quoteShort(got)}`;
  return new AccessError(AccessReason.TUPLE, message);
}
