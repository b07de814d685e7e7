/** `@at` on a query: the point in the history of the space that all of the query is about. */

import {
  DirectiveLocation,
  type ExecutionArgs,
  GraphQLDirective,
  GraphQLInt,
  GraphQLSchema,
  GraphQLString,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  isScalarType,
} from 'graphql';
import { assert } from '../base/assert.ts';
import type { Timestamp } from '../delta/value.ts';
import type { PastPoint } from '../space/space.ts';
import { invalidInput } from './errors.ts';

const NAME = 'at';
const MICROSECONDS_PER_MILLISECOND = 1000n;

/** The schema with the directive. */
export function withAt(schema: GraphQLSchema): GraphQLSchema {
  const time = schema.getType('DateTime');
  assert(isScalarType(time), 'a schema has the scalars of the API');
  const directive = new GraphQLDirective({
    name: NAME,
    description:
      'Asks about the graph as it was, under the permissions of now: after a commit, after so ' +
      'many entries of the log of this replica, or at a time. One of the three is given.',
    locations: [DirectiveLocation.QUERY],
    args: {
      commit: { type: GraphQLString, description: 'CID of the commit.' },
      cursor: { type: GraphQLInt, description: 'Position in the log, from 0, before its first.' },
      time: {
        type: time,
        description: 'All commits that were made then or before, on whatever replica.',
      },
    },
  });
  const { directives, ...config } = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...directives, directive] });
}

type Asked = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/** The point that an operation asks about; undefined where that is now. */
export function pointOf(asked: Asked): PastPoint | undefined {
  const { schema, document, operationName, variableValues } = asked;
  const operation = getOperationAST(document, operationName);
  const directive = schema.getDirective(NAME);
  const isAsked = operation?.directives?.some(({ name }) => name.value === NAME) === true;
  if (!isAsked || directive === null || directive === undefined) return undefined;
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, variableValues ?? {});
  // The executor says what is wrong with the variables.
  if (coerced === undefined) return undefined;
  return pointIn(getDirectiveValues(directive, operation, coerced) ?? {});
}

interface Given {
  readonly commit?: string | null;
  readonly cursor?: number | null;
  readonly time?: Timestamp | null;
}

function pointIn(given: Given): PastPoint {
  const { commit, cursor, time } = given;
  const points: PastPoint[] = [];
  if (typeof commit === 'string') points.push({ commit });
  if (typeof cursor === 'number') points.push({ cursor });
  if (time !== null && time !== undefined) points.push({ time: dateOf(time) });
  const [point] = points;
  if (point !== undefined && points.length === 1) return point;
  throw invalidInput(`@at expected one of commit, cursor and time, got ${points.length} of them`);
}

/** The millisecond that a moment is in. */
function dateOf({ microseconds }: Timestamp): Date {
  const rest = microseconds % MICROSECONDS_PER_MILLISECOND;
  const floor = microseconds - (rest < 0n ? rest + MICROSECONDS_PER_MILLISECOND : rest);
  return new Date(Number(floor / MICROSECONDS_PER_MILLISECOND));
}
