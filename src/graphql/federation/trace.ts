/**
 * How long each field of an operation took, as a gateway collects it (`extensions.ftv1`): a tree by
 * the places of the answer, in Apollo's protocol. It is kept for operations that ask for it alone,
 * under a schema whose resolvers are wrapped, and not by plans, which know no fields.
 */

import { Trace } from '@apollo/usage-reporting-protobuf';
import {
  defaultFieldResolver,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  type ResponsePath,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Clock } from '../../base/clock.ts';
import { TRACE_FIELDS_MAX } from '../../base/limits.ts';
import { errorMap } from '../errors.ts';

const traces = new WeakMap<object, OperationTrace>();

/** As the answer has it, by which the owner is told of a bug. */
const shown = errorMap(() => undefined);

/** Puts the trace of each operation into its answer; its schema has to be traced, too. */
export function useTrace(clock: Clock): Plugin {
  return {
    onExecute: ({ args }) => {
      const trace = new OperationTrace(clock);
      traces.set(args.contextValue as object, trace);
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (Symbol.asyncIterator in result) return;
          const { errors = [], extensions } = result as ExecutionResult;
          setResult({ ...result, extensions: { ...extensions, ftv1: trace.encode(errors) } });
        },
      };
    },
  };
}

/** Wraps the resolvers of a schema, which is nobody else's. */
export function traced(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = timed(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}

type Resolve = GraphQLFieldResolver<unknown, object>;

function timed(resolve: Resolve): Resolve {
  return (source, args, context, info) => {
    const end = traces.get(context)?.begin(info);
    if (end === undefined) return resolve(source, args, context, info);
    let later: Promise<unknown> | undefined;
    try {
      const result: unknown = resolve(source, args, context, info);
      later = result instanceof Promise ? result.finally(end) : undefined;
      return later ?? result;
    } finally {
      if (later === undefined) end();
    }
  };
}

interface Node extends Trace.INode {
  child: Node[];
}

class OperationTrace {
  readonly #clock: Clock;
  readonly #started: number;
  readonly #startedAt: number;
  readonly #root: Node = { child: [] };
  /** By place, as its parts are joined. */
  readonly #nodes = new Map<string, Node>();
  #fields = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#started = performance.now();
  }

  /** Of a field: answers what ends it; undefined where there are too many to tell of all. */
  begin(info: Parameters<Resolve>[3]): (() => void) | undefined {
    this.#fields += 1;
    if (this.#fields > TRACE_FIELDS_MAX) return undefined;
    const node = this.#nodeAt(info.path);
    node.type = String(info.returnType);
    node.parentType = info.parentType.name;
    if (info.path.key !== info.fieldName) node.originalFieldName = info.fieldName;
    node.startTime = this.#nanoseconds();
    return () => {
      node.endTime = this.#nanoseconds();
    };
  }

  encode(errors: readonly GraphQLError[]): string {
    for (const error of errors) this.#tell(shown(error));
    const durationNs = this.#nanoseconds();
    const trace = {
      root: this.#root,
      startTime: timestamp(this.#startedAt),
      endTime: timestamp(this.#clock.now()),
      durationNs,
      fieldExecutionWeight: 1,
    };
    return Buffer.from(Trace.encode(trace).finish()).toString('base64');
  }

  #tell({ message, locations, path = [] }: GraphQLError): void {
    let at: ResponsePath | undefined;
    for (const key of path) at = { prev: at, key, typename: undefined };
    const node = at === undefined ? this.#root : (this.#nodes.get(nameOf(at)) ?? this.#root);
    node.error = [...(node.error ?? []), { message, location: [...(locations ?? [])] }];
  }

  #nodeAt(path: ResponsePath): Node {
    const name = nameOf(path);
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const { key, prev } = path;
    const node: Node = { child: [] };
    if (typeof key === 'number') node.index = key;
    else node.responseName = key;
    this.#nodes.set(name, node);
    const parent = prev === undefined ? this.#root : this.#nodeAt(prev);
    parent.child.push(node);
    return node;
  }

  #nanoseconds(): number {
    return Math.round((performance.now() - this.#started) * 1e6);
  }
}

/** Names of fields have no point in them. */
function nameOf({ key, prev }: ResponsePath): string {
  return prev === undefined ? String(key) : `${nameOf(prev)}.${key}`;
}

function timestamp(milliseconds: number) {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}
