/**
 * A part of a query that still shows a failure: selections, arguments, conditions, fragments and
 * parts of variables are left out for as long as it stays.
 */

import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  validate,
  visit,
} from 'graphql';
import type { Asked } from './graphql-answers.ts';

/** Lists of a document whose items can be left out. */
const LISTS = ['selections', 'arguments', 'directives', 'fields', 'values'];
const ATTEMPTS_MAX = 1_500;

export async function smallerDocument(
  schema: GraphQLSchema,
  asked: Asked,
  fails: (asked: Asked) => Promise<boolean>,
): Promise<Asked> {
  let smallest = asked;
  let attempts = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const less of withoutOne(smallest)) {
      attempts += 1;
      if (attempts > ATTEMPTS_MAX) return smallest;
      const part = withoutUnused(less);
      if (validate(schema, part.document).length > 0 || !(await fails(part))) continue;
      smallest = part;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* withoutOne({ document, variables }: Asked): Generator<Asked> {
  for (const less of lessOfNode(document, document)) {
    yield { document: less as DocumentNode, variables };
  }
  for (const less of lessOfJson(variables)) {
    yield { document, variables: less as Asked['variables'] };
  }
}

/** Every tree with one item of a list less, or with a fragment's selections in its place. */
function* lessOfNode(value: unknown, whole: DocumentNode): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      for (const less of lessOfNode(each, whole)) yield value.with(index, less);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const members = Object.entries(value).filter(([name]) => name !== 'loc');
  for (const [name, each] of members) {
    if (!LISTS.includes(name) || !Array.isArray(each)) continue;
    for (const [index, item] of each.entries()) {
      yield { ...value, [name]: each.toSpliced(index, 1) };
      const inner = selectionsWithin(item, whole);
      if (inner !== undefined) yield { ...value, [name]: each.toSpliced(index, 1, ...inner) };
    }
  }
  for (const [name, each] of members) {
    for (const less of lessOfNode(each, whole)) yield { ...value, [name]: less };
  }
}

/** What stands in a fragment, without it or without its name. */
function selectionsWithin(item: ASTNode, whole: DocumentNode): readonly ASTNode[] | undefined {
  if (item.kind === Kind.INLINE_FRAGMENT) return item.selectionSet.selections;
  if (item.kind !== Kind.FRAGMENT_SPREAD) return undefined;
  for (const definition of whole.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (definition.name.value !== item.name.value) continue;
    const { typeCondition, selectionSet } = definition;
    const { directives = [] } = item;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }];
  }
  return undefined;
}

function* lessOfJson(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.toSpliced(index, 1);
    for (const [index, each] of value.entries()) {
      for (const less of lessOfJson(each)) yield value.with(index, less);
    }
    return;
  }
  for (const name of Object.keys(value)) yield withoutMember(value, name);
  for (const [name, each] of Object.entries(value)) {
    for (const less of lessOfJson(each)) yield { ...value, [name]: less };
  }
}

function withoutMember(value: object, name: string): object {
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
}

/** Without fragments and variables that nothing mentions any more. */
function withoutUnused({ document, variables }: Asked): Asked {
  let { definitions } = document;
  for (let count = -1; count !== definitions.length; ) {
    count = definitions.length;
    const spread = mentions({ ...document, definitions }, Kind.FRAGMENT_SPREAD);
    definitions = definitions.filter((each) => {
      return each.kind !== Kind.FRAGMENT_DEFINITION || spread.has(each.name.value);
    });
  }
  const used = mentions({ ...document, definitions }, Kind.VARIABLE);
  const whole = definitions.map((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? declaring(each, used) : each,
  );
  const given = Object.entries(variables).filter(([name]) => used.has(name));
  return { document: { ...document, definitions: whole }, variables: Object.fromEntries(given) };
}

function declaring(operation: OperationDefinitionNode, used: ReadonlySet<string>) {
  const { variableDefinitions = [] } = operation;
  const kept = variableDefinitions.filter(({ variable }) => used.has(variable.name.value));
  return { ...operation, variableDefinitions: kept };
}

/** Names of spreads, or of variables outside of their declarations. */
function mentions(document: DocumentNode, kind: Kind): Set<string> {
  const names = new Set<string>();
  visit(document, {
    enter: (node: ASTNode) => {
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      if (node.kind === kind && 'name' in node && node.name !== undefined) {
        names.add(node.name.value);
      }
      return undefined;
    },
  });
  return names;
}
