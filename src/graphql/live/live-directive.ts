/** `@live` on a query: its answer, and what changes it, as a stream. */

import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLString } from 'graphql';
import { type Asked, directiveOn } from '../operation-directive.ts';

const NAME = 'live';

export const LIVE_DIRECTIVE = new GraphQLDirective({
  name: NAME,
  description:
    'Asks for the answer as a stream: first all of it, then a JSON Patch of its data whenever ' +
    'it changes, be it by writes or by permissions. Over WebSocket, or as text/event-stream.',
  locations: [DirectiveLocation.QUERY],
  args: {
    if: { type: GraphQLBoolean, defaultValue: true, description: 'Whether it is live.' },
    since: {
      type: GraphQLString,
      description: 'The cursor of an answer that the client has: it is not told again.',
    },
  },
});

/** How an operation asks to be live; undefined where it does not. */
export function liveOf(asked: Asked): { readonly since: string | undefined } | undefined {
  const given = directiveOn(asked, NAME);
  if (given === undefined || given.if === false) return undefined;
  return { since: typeof given.since === 'string' ? given.since : undefined };
}
