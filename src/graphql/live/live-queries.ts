/**
 * The live queries of a server. Each is answered once for all who ask the same and see the same;
 * a commit has those answered anew whose answers it can touch, a record of the authority chain all.
 */

import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  validate,
} from 'graphql';
import {
  LIVE_ANSWERS_BYTES_MAX,
  LIVE_CONDITIONS_MILLISECONDS,
  LIVE_QUERIES_MAX,
} from '../../base/live-limits.ts';
import type { ChangeGroup, Space } from '../../space/space.ts';
import { moreThan } from '../budget.ts';
import type { CompiledOperations } from '../compiled-operations.ts';
import { refusal } from '../errors.ts';
import { DependencyIndex } from './dependency-index.ts';
import { type Execute, LiveOperation } from './live-operation.ts';
import { LiveQuery } from './live-query.ts';
import { LiveStream } from './live-stream.ts';
import { LiveTurns } from './live-turns.ts';

export interface LiveQueriesParts {
  readonly space: Space;
  /** As it is now. */
  readonly schema: () => GraphQLSchema;
  readonly operations: CompiledOperations;
}

/** How a subscriber asks. */
export interface LiveRequest {
  readonly args: ExecutionArgs;
  /** Executes the operation whole, as one that is not live. */
  readonly execute: Execute;
  /** Names the answer that the subscriber has. */
  readonly since: string | undefined;
}

export class LiveQueries implements Disposable {
  readonly #parts: LiveQueriesParts;
  readonly #byName = new Map<string, LiveQuery>();
  readonly #index: DependencyIndex<LiveQuery>;
  readonly #turns = new LiveTurns();
  readonly #streams = new Map<LiveStream, LiveRequest>();
  readonly #stops: (() => void)[];
  #schema: GraphQLSchema;
  /** Of all answers. */
  #bytes = 0;
  #isClosed = false;

  constructor(parts: LiveQueriesParts) {
    const { space, schema } = parts;
    this.#parts = parts;
    this.#schema = schema();
    this.#index = new DependencyIndex(space.graph);
    const ticks = setInterval(() => this.#tick(), LIVE_CONDITIONS_MILLISECONDS);
    ticks.unref();
    this.#stops = [
      space.watchGroups((group) => this.#hear(group)),
      space.watchRecords(() => this.#renew()),
      () => clearInterval(ticks),
    ];
  }

  /** Live queries that differ, or are asked by who sees something else. */
  get queries(): number {
    return this.#byName.size;
  }

  /** Those that may have another answer than their subscribers were given. */
  get behind(): number {
    return this.#byName.values().reduce((count, { isBehind }) => count + Number(isBehind), 0);
  }

  get subscribers(): number {
    return this.#streams.size;
  }

  /** A stream of answers; one answer where there can be no other. */
  open(request: LiveRequest): LiveStream | ReturnType<Execute> {
    if (this.#isClosed) return request.execute(request.args);
    const found = this.#query(request);
    if (found === undefined) return request.execute(request.args);
    if (!(found instanceof LiveQuery)) return found;
    const stream = new LiveStream(found, request.since, () => this.#streams.delete(stream));
    this.#streams.set(stream, request);
    this.#enter(found, stream);
    return stream;
  }

  /** Ends all subscriptions. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const stream of [...this.#streams.keys()]) stream.end();
  }

  /** The query of a request, which may be that of others; undefined where it cannot be live. */
  #query({ args, execute }: LiveRequest): LiveQuery | ExecutionResult | undefined {
    const { operations } = this.#parts;
    const { document, operationName, variableValues } = args;
    const schema = this.#schema;
    const operation = operations.of(schema, document, operationName);
    const given = operation?.coerce(variableValues ?? {});
    if (operation === undefined || given === undefined) return undefined;
    const live = new LiveOperation({ schema, operations, args, execute, operation, given });
    const { name } = live;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= LIVE_QUERIES_MAX) return { errors: [tooMany()] };
    const query: LiveQuery = new LiveQuery({
      answer: () => live.answer(),
      watch: (dependencies) => this.#index.put(query, dependencies, live.inputs),
      wake: () => this.#turns.add(query),
      grow: (bytes) => this.#grow(bytes),
      onLeft: () => {
        this.#byName.delete(name);
        this.#index.remove(query);
        this.#turns.remove(query);
      },
    });
    this.#byName.set(name, query);
    return query;
  }

  /** A subscriber is told what is so now. */
  #enter(query: LiveQuery, stream: LiveStream): void {
    query.join(stream);
    query.answer();
    if (query.hasWork) this.#turns.add(query);
  }

  #grow(bytes: number): GraphQLError | undefined {
    this.#bytes += bytes;
    if (bytes <= 0 || this.#bytes <= LIVE_ANSWERS_BYTES_MAX) return undefined;
    const what = 'the bytes of the answers of all live queries';
    const limit = 'LIVE_ANSWERS_BYTES_MAX';
    return refusal(moreThan({ limit, what, max: LIVE_ANSWERS_BYTES_MAX }));
  }

  #hear(group: ChangeGroup): void {
    this.#turns.noteWrite();
    this.#index.touch(group, (query) => query.touch());
  }

  /** What is seen may be something else, rows may be others, and so may be the schema. */
  #renew(): void {
    const schema = this.#parts.schema();
    if (schema !== this.#schema) {
      this.#schema = schema;
      const errorsOf = validatingOnce(schema);
      for (const [stream, request] of [...this.#streams]) {
        this.#reopen(stream, request, errorsOf(request.args.document));
      }
    }
    this.#touchAll();
  }

  #touchAll(): void {
    this.#index.touchAll((query) => query.touch());
  }

  /** Under another schema; it is answered in its turn, as very many may be. */
  #reopen(stream: LiveStream, request: LiveRequest, errors: readonly GraphQLError[]): void {
    if (errors.length > 0) return stream.end(errors);
    const found = this.#query(request);
    if (found === undefined) return stream.end([noLonger()]);
    if (!(found instanceof LiveQuery)) return stream.end(found.errors);
    stream.follow(found);
    found.join(stream);
    this.#turns.add(found);
  }

  /** Conditions of permissions may be of the time. */
  #tick(): void {
    const version = this.#parts.space.access.version();
    if (version !== undefined && version.model.conditions.size > 0) this.#touchAll();
  }
}

/** Many subscribers share a document. */
function validatingOnce(
  schema: GraphQLSchema,
): (document: DocumentNode) => readonly GraphQLError[] {
  const known = new Map<DocumentNode, readonly GraphQLError[]>();
  return (document) => {
    const errors = known.get(document) ?? validate(schema, document);
    known.set(document, errors);
    return errors;
  };
}

function tooMany(): GraphQLError {
  const what = 'live queries that differ, or are asked by who sees something else,';
  return refusal(moreThan({ limit: 'LIVE_QUERIES_MAX', what, max: LIVE_QUERIES_MAX }));
}

function noLonger(): GraphQLError {
  return new GraphQLError('a live query expected variables of the types that it declares');
}
