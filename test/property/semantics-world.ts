/**
 * A space that is written through mutations of its API, and the same graph as plain objects, which
 * are written from what the mutations were given. Nothing of the space is read for them.
 */

import { execute, type GraphQLSchema, parse } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { createGraphqlEndpoint, type GraphqlEndpoint } from '../../src/server/graphql-endpoint.ts';
import { Door } from '../fixture/door.ts';
import type { ReferenceEdge, ReferenceNode, Sight } from '../reference/query-data.ts';
import { SEES_ALL } from '../reference/query-data.ts';
import {
  type FieldDefinition,
  type NodeTypeDefinition,
  nodeTypeNamed,
  type QueryDefinition,
  queryDefinition,
  type RelationshipDefinition,
} from '../reference/query-definition.ts';
import type { StoredValue } from '../reference/query-scalar.ts';
import { referenceSchema } from '../reference/reference-query.ts';
import { Seeded } from '../seeded.ts';
import type { NodeIds } from './graphql-input.ts';
import { randomDefinition, type SemanticsDefinition } from './semantics-definition.ts';
import { randomElement } from './semantics-element.ts';
import { SEMANTICS_CALLERS, SEMANTICS_ROOT, SemanticsRights } from './semantics-rights.ts';
import { ReferenceSequences, type SequenceOptions, sequencesOf } from './semantics-sequences.ts';
import { ReferenceSets, SET_RULES, type SetRules, setsOf } from './semantics-sets.ts';
import { randomValues, type SemanticsValues } from './semantics-values.ts';

const GRANTS_OF_A_RECORD = 200;
const NO_IDS = ['0000000000000000', 'zzzzzzzzzzzzzzzz', 'no id', ''];

interface Graph {
  nodes: ReferenceNode[];
  edges: ReferenceEdge[];
}

export interface WorldOptions {
  /** Wrong ones, to be found out. */
  readonly setRules?: SetRules | undefined;
  readonly sequences?: SequenceOptions | undefined;
}

export class SemanticsWorld {
  readonly definition: QueryDefinition;
  readonly written: SemanticsDefinition;
  readonly values: SemanticsValues;
  readonly data: Graph = { nodes: [], edges: [] };
  readonly services: Services;
  readonly endpoint: GraphqlEndpoint;
  schema: GraphQLSchema;
  reference: GraphQLSchema;
  readonly #random: Seeded;
  readonly #gone: string[] = [];
  #rights: SemanticsRights | undefined;
  readonly #setRules: SetRules;
  /** Sets of values are changed by draws of their own. */
  readonly #setRandom: Seeded;
  readonly sets: ReferenceSets;
  /** Sequences too. */
  readonly #sequenceRandom: Seeded;
  readonly sequences: ReferenceSequences;

  private constructor(
    written: SemanticsDefinition,
    services: Services,
    options: WorldOptions & { readonly random: Seeded; readonly seed: number },
  ) {
    const { random, seed, setRules = SET_RULES } = options;
    const setRandom = new Seeded(seed + 3);
    this.#sequenceRandom = new Seeded(seed + 4);
    this.#setRules = setRules;
    this.#setRandom = setRandom;
    this.written = written;
    this.definition = queryDefinition(written.sdl);
    this.values = randomValues(random);
    this.services = services;
    this.#random = random;
    this.sets = new ReferenceSets(setRandom, this.values, setRules);
    this.sequences = new ReferenceSequences(this.#sequenceRandom, this.values, options.sequences);
    this.schema = buildSchema(services.space.definition);
    this.reference = referenceSchema(this.schema);
    this.endpoint = createGraphqlEndpoint({
      schema: () => this.schema,
      services,
      operations: new CompiledOperations(),
      observe: () => undefined,
      onInternalError: () => undefined,
    });
  }

  static async open(seed: number, options: WorldOptions = {}): Promise<SemanticsWorld> {
    const random = new Seeded(seed);
    const written = randomDefinition(random);
    const { space, clock } = await Door.open({ sdl: written.sdl, seed });
    const feed = openChangeFeed(space);
    const services = { space, feed, clock, random: new Seeded(seed + 1) };
    return new SemanticsWorld(written, services, { ...options, random, seed });
  }

  async close(): Promise<void> {
    this.services.feed.close();
    await (this.services.space as AsyncDisposable & typeof this.services.space)[
      Symbol.asyncDispose
    ]();
  }

  get callers(): readonly string[] {
    return this.#rights === undefined ? [SEMANTICS_ROOT] : [SEMANTICS_ROOT, ...SEMANTICS_CALLERS];
  }

  sightOf(caller: string): Sight {
    return this.#rights?.sightOf(caller) ?? SEES_ALL;
  }

  get ids(): NodeIds {
    const byType = [...this.definition.nodeTypes.keys()].map(
      (type) => [type, this.#idsOf(type)] as const,
    );
    return { byType: new Map(byType), others: [...this.#gone, ...NO_IDS] };
  }

  /** From now on callers see what they are granted. */
  async restrict(): Promise<void> {
    const { access, definition } = this.services.space;
    const rights = new SemanticsRights(this.definition, this.#random);
    rights.grantSome([...this.data.nodes, ...this.data.edges]);
    await access.installModel({ source: rights.model });
    for (let at = 0; at < rights.grants.length; at += GRANTS_OF_A_RECORD) {
      await access.grant(rights.grants.slice(at, at + GRANTS_OF_A_RECORD));
    }
    this.#rights = rights;
    this.schema = buildSchema(definition, access.version()?.rules);
    this.reference = referenceSchema(this.schema);
  }

  async fill(nodes: number): Promise<void> {
    const random = this.#random;
    for (let count = nodes; count > 0; count--) await this.#createNode();
    for (let count = nodes * 3; count > 0; count--) {
      await (random.chance(0.1) ? this.#connectBeside() : this.#connect());
    }
    for (let count = nodes / 4; count > 0; count--) await this.change();
  }

  /** One random write, one of sets of values, and one of sequences. */
  async change(): Promise<void> {
    await this.#change();
    await this.#changeCollection(this.#setRandom, setsOf, this.sets);
    await this.#changeCollection(this.#sequenceRandom, sequencesOf, this.sequences);
  }

  async #change(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.3)) return await this.#updateNode();
    if (random.chance(0.35)) return await this.#createNode();
    if (random.chance(0.3)) return await this.#deleteNode();
    if (random.chance(0.5)) return await this.#connect();
    return await (random.chance(0.7) ? this.#disconnect() : this.#connectBeside());
  }

  async #createNode(): Promise<void> {
    const type = this.#random.pick([...this.definition.nodeTypes.values()]);
    const { input, values } = this.#randomElement(type);
    const name = `create${capital(type.plural)}`;
    const text = `mutation($input: [${type.name}CreateInput!]!) {
      ${name}(input: $input) { ${type.plural} { id } } }`;
    const data = await this.#mutate(text, { input: [input] });
    const created = data?.[name] as Record<string, { readonly id: string }[]> | undefined;
    for (const { id } of created?.[type.plural] ?? []) {
      this.data.nodes.push({ id, type: type.name, values });
    }
  }

  async #updateNode(): Promise<void> {
    const node = this.#anyNode();
    if (node === undefined) return;
    const type = nodeTypeNamed(this.definition, node.type);
    const { input, values } = this.#randomElement(type);
    const names = type.fields.map(({ name }) => name).filter((name) => name !== type.key);
    const chosen = names.filter(() => this.#random.chance(0.3));
    if (chosen.length === 0) return;
    const update = Object.fromEntries(chosen.map((name) => [name, { set: input[name] ?? null }]));
    if ((await this.#update(type, { id: node.id, update })) === undefined) return;
    setValues(node.values, values, chosen);
    this.sets.replaced(node.values, chosen);
    this.sequences.replaced(node.values, chosen);
  }

  /** By its own operators. */
  async #changeCollection<Field extends FieldDefinition>(
    random: Seeded,
    fieldsOf: (fields: readonly FieldDefinition[]) => Field[],
    reference: {
      change(
        field: Field,
        values: Map<string, StoredValue>,
      ): { readonly operators: object; readonly carryOut: () => void };
    },
  ): Promise<void> {
    const { nodes } = this.data;
    const fields = (type: string) => fieldsOf(nodeTypeNamed(this.definition, type).fields);
    const some = nodes.filter(({ type }) => fields(type).length > 0);
    if (some.length === 0) return;
    const node = random.pick(some);
    const field = random.pick(fields(node.type));
    const { operators, carryOut } = reference.change(field, node.values);
    // A nested object that is not there lacks what it requires.
    const [parent] = field.path.split('.');
    const isNested = parent !== field.path;
    if (isNested && ![...node.values.keys()].some((path) => path.startsWith(`${parent}.`))) return;
    const update = field.path
      .split('.')
      .toReversed()
      .reduce<object>((inner, name) => ({ [name]: inner }), operators);
    const type = nodeTypeNamed(this.definition, node.type);
    if ((await this.#update(type, { id: node.id, update })) !== undefined) carryOut();
  }

  async #deleteNode(): Promise<void> {
    const node = this.#anyNode();
    if (node === undefined) return;
    const { plural } = nodeTypeNamed(this.definition, node.type);
    const text = `mutation($id: ID!) {
      delete${capital(plural)}(where: { id: { eq: $id } }) { nodesDeleted } }`;
    if ((await this.#mutate(text, { id: node.id })) === undefined) return;
    this.#gone.push(node.id);
    this.data.nodes = this.data.nodes.filter((each) => each !== node);
    this.data.edges = this.data.edges.filter(({ from, to }) => from !== node && to !== node);
  }

  /** Makes an edge, or writes the properties of the one that is there. */
  async #connect(): Promise<void> {
    const ends = this.#anyEnds();
    if (ends === undefined) return;
    const { relationship, type, near, far } = ends;
    const { properties = [] } = relationship;
    const { input, values } = this.#randomElement({ fields: properties });
    const edge = relationship.properties === undefined ? {} : { edge: input };
    const connect = [{ where: { node: { id: { eq: far.id } } }, ...edge }];
    const update = this.#updateOf(ends, { connect });
    if ((await this.#update(type, { id: near.id, update })) === undefined) return;
    this.#setEdge({ ...nameOf(ends), key: 0, values }, Object.keys(input));
  }

  /** Another edge beside the one between two nodes, which the API itself does not make. */
  async #connectBeside(): Promise<void> {
    const ends = this.#anyEnds();
    if (ends === undefined) return;
    const { type, from, to } = nameOf(ends);
    const key = this.#random.pick([1, 2, 10, 4_294_967_295]);
    const values = new Map(ends.relationship.properties ? [['strength', BigInt(key % 7)]] : []);
    const name = { type, from: from.id, to: to.id, key };
    if (this.services.space.graph.edgeByName(name) !== undefined) return;
    // What else its properties require stands against it.
    const write = this.services.space.write({ actor: SEMANTICS_ROOT }, (draft) => {
      draft.createEdge(name);
      for (const [path, value] of values) draft.setEdgeValue(name, path, value);
    });
    const isWritten = await write.then(
      () => true,
      (error: unknown) => {
        if (error instanceof DatabaseError) return false;
        throw error;
      },
    );
    if (isWritten) this.#setEdge({ type, from, to, key, values }, []);
  }

  async #disconnect(): Promise<void> {
    const ends = this.#anyEnds();
    if (ends === undefined) return;
    const { type, near, far } = ends;
    const disconnect = [{ where: { node: { id: { eq: far.id } } } }];
    const update = this.#updateOf(ends, { disconnect });
    if ((await this.#update(type, { id: near.id, update })) === undefined) return;
    const { type: edgeType, from, to } = nameOf(ends);
    this.data.edges = this.data.edges.filter((edge) => {
      return edge.type !== edgeType || edge.from !== from || edge.to !== to;
    });
  }

  /** To a union it is by type. */
  #updateOf({ relationship, far }: Ends, change: object): object {
    const { name, target } = relationship;
    const isOfUnion = this.definition.abstracts.get(target)?.kind === 'union';
    return { [name]: isOfUnion ? { [far.type]: [change] } : [change] };
  }

  #setEdge(edge: ReferenceEdge, given: readonly string[]): void {
    const known = this.data.edges.find(({ type, from, to, key }) => {
      return type === edge.type && from === edge.from && to === edge.to && key === edge.key;
    });
    if (known === undefined) this.data.edges.push(edge);
    else setValues(known.values, edge.values, given);
  }

  async #update(
    { name, plural }: NodeTypeDefinition,
    { id, update }: { readonly id: string; readonly update: object },
  ): Promise<unknown> {
    const text = `mutation($id: ID!, $update: ${name}UpdateInput!) {
      update${capital(plural)}(where: { id: { eq: $id } }, update: $update) { __typename } }`;
    return await this.#mutate(text, { id, update });
  }

  /** Undefined where it was refused, as a unique value or a key may be taken. */
  async #mutate(
    text: string,
    variableValues: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown> | undefined> {
    const { data, errors } = await execute({
      schema: this.schema,
      document: parse(text),
      variableValues,
      contextValue: createContext(this.services, { caller: parsePrincipal(SEMANTICS_ROOT) }),
    });
    if (errors === undefined) return data ?? undefined;
    const [error] = errors;
    const taken = error?.originalError;
    if (taken instanceof DatabaseError && taken.code === 'ALREADY_EXISTS') return undefined;
    throw new Error(`${text}\n${JSON.stringify(variableValues)}`, { cause: error });
  }

  #randomElement(of: Pick<NodeTypeDefinition, 'fields'> & { readonly key?: string | undefined }) {
    return randomElement(this.#random, this.values, { ...of, rules: this.#setRules });
  }

  #anyNode(type?: string): ReferenceNode | undefined {
    const { nodes } = this.data;
    const some = type === undefined ? nodes : nodes.filter((node) => node.type === type);
    return some.length === 0 ? undefined : this.#random.pick(some);
  }

  /** Ends of an edge that is there, or that may be made, by a relationship of one of them. */
  #anyEnds(): Ends | undefined {
    const random = this.#random;
    const near = this.#anyNode();
    if (near === undefined) return undefined;
    const type = nodeTypeNamed(this.definition, near.type);
    if (type.relationships.length === 0) return undefined;
    const relationship = random.pick(type.relationships);
    const far = this.#anyNode(random.pick(relationship.targets));
    return far === undefined ? undefined : { type, relationship, near, far };
  }

  #idsOf(type: string): string[] {
    return this.data.nodes.filter((node) => node.type === type).map(({ id }) => id);
  }
}

interface Ends {
  readonly type: NodeTypeDefinition;
  readonly relationship: RelationshipDefinition;
  readonly near: ReferenceNode;
  readonly far: ReferenceNode;
}

function nameOf({ relationship, near, far }: Ends) {
  const [from, to] = relationship.direction === 'OUT' ? [near, far] : [far, near];
  return { type: relationship.edgeType, from, to };
}

/** Fields that are given take their new values; a nested object is written as a whole. */
function setValues(
  values: Map<string, StoredValue>,
  others: ReadonlyMap<string, StoredValue>,
  given: readonly string[],
): void {
  for (const path of [...values.keys(), ...others.keys()]) {
    if (!given.includes(path.split('.')[0] ?? '')) continue;
    const value = others.get(path);
    if (value === undefined) values.delete(path);
    else values.set(path, value);
  }
}

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
