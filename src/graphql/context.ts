/** What a resolver is given: the server's services, and what belongs to one operation alone. */

import type { FieldNode } from 'graphql';
import { formatPrincipal, type Principal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { PeerStatus } from '../replication/peers.ts';
import type { Reader } from '../space/reader.ts';
import type { ReadableSpace, Space } from '../space/space.ts';
import { type Texts, textsHere } from '../text/text-folds.ts';
import { Budget } from './budget.ts';
import type { ChangeFeed } from './change-feed.ts';
import { Deadline } from './deadline.ts';
import { HiddenFields } from './hidden-fields.ts';
import { OperationExplanation } from './operation-explanation.ts';
import { OPERATION_LIMITS, type OperationLimits } from './operation-limits.ts';
import type { Resolvers } from './resolvers.ts';

/** The same for every operation of a server. */
export interface Services {
  readonly space: Space;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly random: Random;
  /** The other replicas that this one knows; a server that knows none has no such list. */
  readonly peers?: (() => readonly PeerStatus[]) | undefined;
  /** Functions of computed fields. */
  readonly resolvers?: Resolvers | undefined;
  /** Makes the texts of Yjs documents; without one each is made by itself, as late as it is. */
  readonly texts?: Texts | undefined;
  /** Whether the schema is told to whoever asks; it is where absent. */
  readonly tellsSchema?: boolean;
}

export interface Context extends Services {
  readonly texts: Texts;
  /** Who asks. */
  readonly caller: Principal;
  /** The caller as the actor of what mutations write. */
  readonly actor: string;
  /** What is read: the space, or a graph as it was. */
  source: ReadableSpace;
  /** The caller as it reads what is told of the log; made when it is asked for first. */
  reader: () => Reader;
  /** The graph as the caller sees it. */
  graph: CallerView;
  /** What of the answer is held back. */
  readonly hidden: HiddenFields;
  /** Where the caller asks how it is answered, and may know. */
  readonly explanation: OperationExplanation | undefined;
  readonly limits: OperationLimits;
  readonly budget: Budget;
  readonly deadline: Deadline;
  /** Is told how long the answer may be kept, as a header says it; nobody asks where absent. */
  readonly tellCache: ((header: string) => void) | undefined;
  /** Takes the cost of an operation from what its caller may have; throws where it may not. */
  readonly charge: Charge;
  /** Whether the caller may read the schema as SDL. */
  readonly mayReadSchema: boolean;
  /** What other subgraphs name nodes by, by the name of the field in the answer. */
  representations: Map<string | number, readonly unknown[]> | undefined;
  /** One loader per field of the document, so that all its parents are resolved together. */
  loaders: Map<FieldNode, Map<object, unknown>> | undefined;
}

/** `before` an operation runs, where it may be refused, or after it. */
export type Charge = (cost: number, when: 'before' | 'after') => void;

/** What a server knows of the one who asks, beside his name. */
export interface AskedBy {
  readonly caller: Principal;
  readonly limits?: OperationLimits;
  readonly charge?: Charge;
  /** Whether the caller may ask how an operation is answered. */
  readonly mayExplain?: boolean;
  /** Told how long the answer may be kept. */
  readonly tellCache?: (header: string) => void;
  /** Whether it asks through a gateway that is known to be one. */
  readonly isRouter?: boolean;
  /** Whether the client has gone, or has taken the operation back. */
  readonly isGone?: () => boolean;
  /** As GraphQL over HTTP and WebSocket have them. */
  readonly params?: { readonly extensions?: Readonly<Record<string, unknown>> };
}

export function createContext(services: Services, asked: AskedBy): Context {
  const { caller, limits = OPERATION_LIMITS } = asked;
  const { charge = () => undefined, isGone = () => false } = asked;
  const isExplained = asked.mayExplain === true && asked.params?.extensions?.explain === true;
  const { space, clock } = services;
  const actor = formatPrincipal(caller);
  const { milliseconds } = limits;
  const deadline = new Deadline({ clock, milliseconds, isGone, space });
  return {
    ...services,
    texts: services.texts ?? textsHere,
    caller,
    actor,
    source: space,
    reader: readerOnce(space, actor),
    graph: space.graphOf(actor),
    hidden: new HiddenFields(),
    explanation: isExplained ? new OperationExplanation() : undefined,
    limits,
    budget: new Budget(limits, deadline),
    deadline,
    charge,
    tellCache: asked.tellCache,
    mayReadSchema: services.tellsSchema !== false || asked.isRouter === true,
    representations: undefined,
    loaders: undefined,
  };
}

/** From now on the operation reads what is given. */
export function readFrom(context: Context, source: ReadableSpace): void {
  context.source = source;
  context.graph = source.graphOf(context.actor);
  context.reader = readerOnce(source, context.actor);
}

/** For the next change of a subscription, which is judged when it is delivered. */
export function renewContext(context: Context): void {
  readFrom(context, context.space);
  context.hidden.restart();
  context.budget.restart();
  context.deadline.restart();
}

function readerOnce(source: ReadableSpace, actor: string): () => Reader {
  let reader: Reader | undefined;
  return () => {
    reader ??= source.readerOf(actor);
    return reader;
  };
}
