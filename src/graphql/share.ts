/** What sharing a node comes to: grants of the relations that reading asks for. */

import { readOfField } from '../access/element-rules.ts';
import type { Condition, Model, Relation } from '../access/model.ts';
import {
  formatObject,
  formatSubject,
  type ObjectName,
  parseSubject,
  type Subject,
  WILDCARD,
} from '../access/tuple.ts';
import type { GrantCondition, WrittenGrant } from '../authority/permission-body.ts';
import type { PermissionVersion } from '../authority/permission-chain.ts';
import type { Timestamp } from '../delta/value.ts';
import { formatDateTime } from './date-time.ts';
import { invalidInput } from './errors.ts';

/** The parameter of a condition that is the time of a question. */
const NOW = 'now';

export interface ShareRequest {
  readonly object: ObjectName;
  /** Paths; the node itself where absent. */
  readonly fields: readonly string[] | undefined;
  readonly subject: string;
  readonly until: Timestamp | undefined;
}

export interface Shared {
  readonly object: ObjectName;
  readonly subject: Subject;
  /** What the subject needs to see all that is shared. */
  readonly relations: readonly string[];
}

/** Throws INVALID_INPUT where the model has no relation to grant for it. */
export function sharedGrants(
  { object, fields, subject: name, until }: ShareRequest,
  version: PermissionVersion | undefined,
): Shared & { readonly grants: readonly WrittenGrant[] } {
  const rules = version?.rules.nodes.get(object.type);
  if (version === undefined || rules === undefined) {
    throw invalidInput(`share expected a model that has type ${object.type}, got none`);
  }
  const subject = parseSubject(name);
  const own = readOf(object, rules.read);
  const relations = fields?.map((path) => readOf(object, readOfField(rules, path))) ?? [own];
  const wanted = [...new Set(relations)];
  const grants = wanted.map((relation) => ({
    object: formatObject(object),
    relation,
    subject: formatSubject(subject),
    ...conditionFor(version.model, { object, relation, subject, until }),
  }));
  return { object, subject, grants, relations: [...new Set([own, ...wanted])] };
}

function readOf({ type }: ObjectName, relation: string | undefined): string {
  if (relation !== undefined) return relation;
  throw invalidInput(`share expected something of ${type} that may be read, got none`);
}

interface Wanted {
  readonly object: ObjectName;
  readonly relation: string;
  readonly subject: Subject;
  readonly until: Timestamp | undefined;
}

/** Without an end a grant needs none; with one, a condition that compares a moment with `now`. */
function conditionFor(model: Model, wanted: Wanted): { readonly condition?: GrantCondition } {
  const { object, relation, subject, until } = wanted;
  const declared = model.types.get(object.type)?.relations.get(relation);
  const allowed = declared === undefined ? [] : allowedConditions(declared, subject);
  if (until === undefined) {
    if (allowed.includes(undefined)) return {};
    throw invalidInput(notShared(wanted, 'without a condition'));
  }
  for (const name of allowed) {
    const condition = name === undefined ? undefined : model.conditions.get(name);
    const parameter = condition === undefined ? undefined : momentOf(condition);
    if (name === undefined || parameter === undefined) continue;
    return { condition: { name, context: JSON.stringify({ [parameter]: formatDateTime(until) }) } };
  }
  throw invalidInput(notShared(wanted, 'with a condition on now and one other timestamp'));
}

function allowedConditions(relation: Relation, subject: Subject): (string | undefined)[] {
  return relation.subjects
    .filter(
      (each) =>
        each.type === subject.type &&
        each.relation === subject.relation &&
        each.isWildcard === (subject.id === WILDCARD),
    )
    .map(({ condition }) => condition);
}

function momentOf({ parameters }: Condition): string | undefined {
  const others = [...parameters].filter(([name]) => name !== NOW);
  const [moment] = others;
  if (!parameters.has(NOW) || others.length !== 1 || moment === undefined) return undefined;
  return moment[1].kind === 'timestamp' ? moment[0] : undefined;
}

function notShared({ object, relation, subject }: Wanted, how: string): string {
  const what = `${relation} of ${object.type}`;
  const whom = formatSubject(subject);
  return `share expected ${what} to be granted to ${whom} ${how}, got no such rule`;
}
