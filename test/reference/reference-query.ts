/**
 * A second implementation of the queries of the API, over plain objects, written from
 * schema/graphql.md: for clarity, and not for speed. graphql-js walks the document and coerces
 * what is given; everything else is in the query-*.ts files beside this one.
 */

import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  printSchema,
} from 'graphql';
import { rootAnswer } from './query-answer.ts';
import { type Cursors, type QueryContext, type QueryRules, RULES } from './query-context.ts';
import type { ReferenceData, Sight } from './query-data.ts';
import type { QueryDefinition } from './query-definition.ts';
import { Refused } from './query-figure.ts';

export interface ReferenceQuery {
  /** Of `referenceSchema`. */
  readonly schema: GraphQLSchema;
  readonly definition: QueryDefinition;
  readonly data: ReferenceData;
  /** Of the caller. */
  readonly sight: Sight;
  readonly document: DocumentNode;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cursors: Cursors;
  readonly rules?: QueryRules;
  readonly see?: (what: string) => void;
}

export interface ReferenceAnswer {
  readonly data: unknown;
  /** Where fields are held back, in the order of the answer. */
  readonly hidden: readonly (readonly (string | number)[])[];
  /** Codes of what was refused; 'of GraphQL' where graphql-js did. */
  readonly refusals: readonly string[];
}

export function answerQuery(query: ReferenceQuery): ReferenceAnswer {
  const { definition, sight, rules = RULES, see = () => {} } = query;
  const hidden: (readonly (string | number)[])[] = [];
  const context: QueryContext = {
    definition,
    data: rules.seen(query.data, sight),
    sight,
    rules,
    cursors: query.cursors,
    see,
    tellHidden: (path) => hidden.push(path),
  };
  const result = execute({
    schema: query.schema,
    document: query.document,
    operationName: query.operationName,
    variableValues: query.variables,
    rootValue: rootAnswer(context),
  });
  if (result instanceof Promise) throw new Error('an answer was expected at once');
  const refusals = (result.errors ?? []).map(refusalOf);
  return { data: result.data ?? null, hidden, refusals };
}

/** The schema of an API with scalars that take and give what they are given. */
export function referenceSchema(schema: GraphQLSchema): GraphQLSchema {
  const own = buildSchema(printSchema(schema));
  for (const type of Object.values(own.getTypeMap())) {
    if (!(type instanceof GraphQLScalarType) || type.astNode === undefined) continue;
    type.parseLiteral = (node) => {
      if (node.kind === Kind.STRING || node.kind === Kind.INT) return node.value;
      throw new Error(`text or a whole number was expected, got ${node.kind}`);
    };
  }
  return own;
}

function refusalOf({ originalError }: GraphQLError): string {
  if (originalError instanceof Refused) return originalError.code;
  if (originalError instanceof TypeError) throw originalError;
  return 'of GraphQL';
}
