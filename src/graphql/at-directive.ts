/** `@at` on a query: the point in the history of the space that all of the query is about. */

import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  type GraphQLSchema,
  GraphQLString,
  isScalarType,
} from 'graphql';
import { assert } from '../base/assert.ts';
import type { Timestamp } from '../delta/value.ts';
import type { PastPoint } from '../space/space.ts';
import { invalidInput } from './errors.ts';
import { type Asked, directiveOn, hasDirective } from './operation-directive.ts';

const NAME = 'at';
const MICROSECONDS_PER_MILLISECOND = 1000n;

/** Of a schema with the scalars of the API. */
export function atDirective(schema: GraphQLSchema): GraphQLDirective {
  const time = schema.getType('DateTime');
  assert(isScalarType(time), 'a schema has the scalars of the API');
  return new GraphQLDirective({
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
}

/** Whether an operation asks about another point than now. */
export function isOfPast(asked: Asked): boolean {
  return hasDirective(asked, NAME);
}

/** The point that an operation asks about; undefined where that is now. */
export function pointOf(asked: Asked): PastPoint | undefined {
  const given = directiveOn(asked, NAME);
  return given && pointIn(given);
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
