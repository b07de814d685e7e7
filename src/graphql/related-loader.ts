/**
 * Resolves a relationship field for all its parents together: its arguments are compiled once per
 * field of the document, and one batch walks the graph for every parent that the operation met.
 */

import DataLoader from 'dataloader';
import type { FieldNode } from 'graphql';
import type { Definition, Relationship } from '../definition/definition.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import type { InputMap } from './builder.ts';
import type { Context } from './context.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { checkedDepth } from './depth.ts';
import { type Related, reachedFrom, relatedTo } from './element.ts';
import { compositeTest, relatedTest } from './filter.ts';
import {
  type Connection,
  type ConnectionArgs,
  connectionPage,
  type ListArgs,
  listPage,
} from './page.ts';
import { nodeOrdering, relatedOrdering, targetOrdering } from './sort.ts';

export interface RelationshipField {
  readonly definition: Definition;
  readonly relationship: Relationship;
}

type Conditions = {
  readonly where?: InputMap | null | undefined;
  readonly sort?: readonly InputMap[] | null | undefined;
};

/** One parent's answer; all parents of a batch have the same arguments. */
type Answer<Result> = (graph: GraphView, parent: NodeRow) => Result;

export function loadRelatedNodes(
  field: RelationshipField,
  request: {
    readonly context: Context;
    readonly at: FieldNode | undefined;
    readonly parent: NodeRow;
    readonly args: Conditions & ListArgs & { readonly maxDepth?: number | null | undefined };
  },
): Promise<NodeRow[]> {
  const { definition, relationship } = field;
  const { context, args } = request;
  const { budget } = context;
  const loader = loaderAt(request, field.relationship, () => {
    const target = targetOf(definition, relationship);
    const test = args.where ? compositeTest({ definition, budget }, target, args.where) : undefined;
    if (typeof args.maxDepth === 'number') {
      const reach = { relationship, maxDepth: checkedDepth(args.maxDepth, 1) };
      const ordering = nodeOrdering(target, args.sort);
      return (graph, parent) => {
        if (budget.isUsedUp) return [];
        const reached = reachedFrom(graph, parent, reach);
        budget.follow(reached.length);
        const matching = test ? reached.filter((node) => test(graph, node)) : reached;
        return budget.answer(listPage(graph, matching, { ordering, args }));
      };
    }
    const ordering = targetOrdering(field.relationship.stem, target, args.sort);
    return (graph, parent) => {
      if (budget.isUsedUp) return [];
      const related = walk(context, parent, relationship);
      const matching = test ? related.filter(({ node }) => test(graph, node)) : related;
      return budget.answer(listPage(graph, matching, { ordering, args })).map(({ node }) => node);
    };
  });
  return loader.load(request.parent);
}

export function loadRelatedConnection(
  field: RelationshipField,
  request: {
    readonly context: Context;
    readonly at: FieldNode | undefined;
    readonly parent: NodeRow;
    readonly args: Conditions & ConnectionArgs;
  },
): Promise<Connection<Related>> {
  const { definition, relationship } = field;
  const { context, args } = request;
  const { budget } = context;
  const loader = loaderAt(request, field.relationship, () => {
    const test = args.where
      ? relatedTest({ definition, budget }, relationship, args.where)
      : undefined;
    const ordering = relatedOrdering({
      scope: field.relationship.stem,
      target: targetOf(definition, relationship),
      edgeFields: edgePropertiesOf(definition, relationship)?.fields ?? [],
      sort: args.sort,
    });
    return (graph, parent) => {
      const related = budget.isUsedUp ? [] : walk(context, parent, relationship);
      const matching = test ? related.filter((each) => test(graph, each)) : related;
      const connection = connectionPage(graph, matching, { ordering, args });
      if (!budget.isUsedUp) budget.answer(connection.edges);
      return connection;
    };
  });
  return loader.load(request.parent);
}

function walk(context: Context, parent: NodeRow, relationship: Relationship): Related[] {
  const related = relatedTo(context.graph, parent, relationship);
  context.budget.follow(related.length);
  return related;
}

/**
 * The loader of one place in the document. It keeps nothing: in a subscription the same place is
 * resolved again for each change, and the graph is another one by then.
 */
function loaderAt<Result>(
  request: { readonly context: Context; readonly at: FieldNode | undefined },
  relationship: Relationship,
  compile: () => Answer<Result>,
): DataLoader<NodeRow, Result> {
  const { context, at } = request;
  const known = at === undefined ? undefined : context.loaders?.get(at)?.get(relationship);
  // A place in the document, together with the relationship, fixes the type of the result.
  if (known !== undefined) return known as DataLoader<NodeRow, Result>;
  const answer = compile();
  const loader = new DataLoader<NodeRow, Result>(
    async (parents) => {
      const answers: (Result | Error)[] = [];
      for (const parent of parents) {
        while (context.deadline.isTurnOver) await context.deadline.rest();
        answers.push(settle(() => answer(context.graph, parent)));
      }
      return answers;
    },
    { cache: false },
  );
  if (at !== undefined) {
    context.loaders ??= new Map();
    const loaders = context.loaders.get(at) ?? new Map<object, unknown>();
    context.loaders.set(at, loaders.set(relationship, loader));
  }
  return loader;
}

/** A batch reports the failure of one parent as its answer, so that the others keep theirs. */
function settle<Result>(act: () => Result): Result | Error {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error : new Error('a loader failed', { cause: error });
  }
}
