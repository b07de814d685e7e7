/** The operations and plans that came last, so that one that comes again is only run. */

import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import {
  GRAPHQL_OPERATIONS_LENGTH_KEPT_MAX,
  GRAPHQL_PLANS_BYTES_KEPT_MAX,
} from '../base/limits.ts';
import { Recent } from '../base/recent.ts';
import { CompiledOperation, type CompiledPlan, type GivenVariables } from './compiled-operation.ts';

type Name = string | null | undefined;

export class CompiledOperations {
  /** What is compiled for one schema means nothing under another. */
  #schema: GraphQLSchema | undefined;
  #byText = new Recent<string, CompiledOperation>(GRAPHQL_OPERATIONS_LENGTH_KEPT_MAX);
  #byDocument = new WeakMap<DocumentNode, Map<string, CompiledOperation>>();
  #plans = new Recent<string, CompiledPlan>(GRAPHQL_PLANS_BYTES_KEPT_MAX);
  #count = 0;

  /** Of a document that is valid under the schema; undefined where no operation has the name. */
  of(schema: GraphQLSchema, document: DocumentNode, name: Name): CompiledOperation | undefined {
    this.#use(schema);
    const known = this.#byDocument.get(document) ?? new Map<string, CompiledOperation>();
    this.#byDocument.set(document, known);
    const kept = known.get(name ?? '');
    if (kept !== undefined) return kept;
    const operation = getOperationAST(document, name);
    if (operation === null || operation === undefined) return undefined;
    this.#count += 1;
    const compiled = new CompiledOperation({ number: this.#count, schema, document, operation });
    known.set(name ?? '', compiled);
    return compiled;
  }

  /** One that was kept, by its text. */
  find(schema: GraphQLSchema, text: string, name: Name): CompiledOperation | undefined {
    this.#use(schema);
    return this.#byText.get(textKey(text, name));
  }

  planOf(operation: CompiledOperation, given: GivenVariables): CompiledPlan | undefined {
    return this.#plans.get(operation.planKey(given));
  }

  /** Keeps an operation that has been answered by a plan. */
  keep(operation: CompiledOperation, name: Name, { given, compiled }: KeptRun): void {
    const text = operation.document.loc?.source.body;
    if (this.#schema !== operation.schema || text === undefined) return;
    const key = textKey(text, name);
    // A directive on the operation as a whole is for the GraphQL server to follow.
    const isPlain = (operation.operation.directives ?? []).length === 0;
    if (isPlain && this.#byText.get(key) !== operation) {
      this.#byText.set(key, operation, key.length);
    }
    const planKey = operation.planKey(given);
    if (this.#plans.get(planKey) === compiled) return;
    this.#plans.set(planKey, compiled, compiled.plan.bytes + planKey.length);
  }

  #use(schema: GraphQLSchema): void {
    if (this.#schema === schema) return;
    this.#schema = schema;
    this.#byText = new Recent(GRAPHQL_OPERATIONS_LENGTH_KEPT_MAX);
    this.#byDocument = new WeakMap();
    this.#plans = new Recent(GRAPHQL_PLANS_BYTES_KEPT_MAX);
  }
}

/** A plan that has run, and what for. */
interface KeptRun {
  readonly given: GivenVariables;
  readonly compiled: CompiledPlan;
}

/** No name has a line break. */
function textKey(text: string, name: Name): string {
  return name === null || name === undefined ? text : `${name}\n${text}`;
}
