/** What a resolver is given: the server's services, and what belongs to one operation alone. */

import type { FieldNode } from 'graphql';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { GraphView } from '../engine/graph-view.ts';
import type { Space } from '../space/space.ts';
import { Budget } from './budget.ts';
import type { ChangeFeed } from './change-feed.ts';

/** The same for every operation of a server. */
export interface Services {
  readonly space: Space;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Context extends Services {
  /** The graph as the caller sees it. */
  readonly graph: GraphView;
  /** The principal for whom mutations are written. */
  readonly actor: string;
  readonly budget: Budget;
  /** One loader per field of the document, so that all its parents are resolved together. */
  readonly loaders: Map<FieldNode, Map<object, unknown>>;
}

/** Authentication comes with permissions; until then every caller is the same principal. */
const ACTOR_OF_UNKNOWN_CALLERS = 'user:anonymous';

export function createContext(services: Services): Context {
  return {
    ...services,
    graph: services.space.graph,
    actor: ACTOR_OF_UNKNOWN_CALLERS,
    budget: new Budget(),
    loaders: new Map(),
  };
}
