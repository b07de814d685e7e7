/**
 * Fills a space through the mutations of its API with values that are hard to write as JSON, and,
 * where asked to, by commits of another author whose values are not what the definition says.
 */

import {
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  parse,
} from 'graphql';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  type ListItem,
  ListValue,
  Timestamp,
  type Value,
} from '../../src/delta/value.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { type Door, envelope, onEdge, onNode, payloadOf } from '../fixture/door.ts';
import type { Seeded } from '../seeded.ts';
import { SEQUENCES, SETS } from './graphql-definition.ts';
import type { NodeIds } from './graphql-input.ts';
import { GraphqlText } from './graphql-text.ts';
import { EXPECTATIONS, WrittenInput } from './graphql-written.ts';

const TYPES = ['Item', 'Maker', 'Part'];
/** An operator of a field that is a set, in a text or in variables. */
const IN_SET = new RegExp(`(?:${SETS.join('|')})"?: ?\\{ ?"?(\\w+)`, 'g');
/** The same of one that is a sequence. */
const IN_SEQUENCE = new RegExp(`(?:${SEQUENCES.join('|')})"?: ?\\{ ?"?(\\w+)`, 'g');
const OTHER_AUTHOR = new Uint8Array(32).fill(7);
const NO_IDS = ['0000000000000000', 'zzzzzzzzzzzzzzzz', 'no id', '', '16 characters!!!', '1'];

export class GraphqlData {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly #random: Seeded;
  readonly #door: Door | undefined;
  /** For whom mutations are done. */
  caller = ANONYMOUS;
  readonly #gone = new Set<string>();
  #byType: ReadonlyMap<string, readonly string[]> = new Map();
  /** How often mutations that were carried out changed collections, by kind and operator. */
  readonly collectionChanges = new Map<string, number>();
  #strangeCommits = 0;

  constructor(options: {
    readonly schema: GraphQLSchema;
    readonly services: Services;
    readonly random: Seeded;
    /** For strange values. */
    readonly door?: Door;
  }) {
    this.schema = options.schema;
    this.services = options.services;
    this.#random = options.random;
    this.#door = options.door;
  }

  get ids(): NodeIds {
    return { byType: this.#byType, others: [...this.#gone, ...NO_IDS] };
  }

  get hasStrangeValues(): boolean {
    return this.#strangeCommits > 0;
  }

  /** One random mutation; whether it was carried out. */
  async mutate(verbs: readonly string[]): Promise<boolean> {
    const text = new GraphqlText(this.#random);
    const body = this.#mutation(this.#random.pick(verbs), text);
    const document = parse(`mutation M${text.declarations()} { ${body} }`);
    const { schema, services } = this;
    const result: ExecutionResult = await execute({
      schema,
      document,
      variableValues: text.variables,
      contextValue: createContext(services, { caller: this.caller }),
    });
    this.#see();
    if (result.errors !== undefined) return false;
    const written = `${body} ${JSON.stringify(text.variables)}`;
    this.#countChanges('sets', written.matchAll(IN_SET));
    this.#countChanges('sequences', written.matchAll(IN_SEQUENCE));
    return true;
  }

  #countChanges(kind: string, matches: Iterable<RegExpExecArray>): void {
    for (const [, operator] of matches) {
      const name = `${kind}, ${operator}`;
      this.collectionChanges.set(name, (this.collectionChanges.get(name) ?? 0) + 1);
    }
  }

  /** Parallel edges, and zeros below zero, which the API does not write. */
  async writeBeside(): Promise<void> {
    const random = this.#random;
    const { graph } = this.services.space;
    const items = graph.nodesOfType('Item').map((node) => graph.nodeId(node));
    if (items.length === 0) return;
    const write = this.services.space.write({ actor: 'user:test' }, (draft) => {
      for (let count = random.between(1, 4); count > 0; count--) {
        const [from, to] = [random.pick(items), random.pick(items)];
        const key = random.pick([1, 2, 10, 4_294_967_295]);
        const edge = { from, to, type: 'NEXT', key };
        draft.createEdge(edge);
        draft.setEdgeValue(edge, 'strength', BigInt(random.between(-1, 2)));
        if (random.chance(0.5)) draft.setEdgeValue(edge, 'share', random.pick([-0, 0, 0.1]));
        draft.setNodeValue(from, random.pick(['score', 'ratio']), random.pick([-0, 0]));
      }
    });
    // A strange value may leave an edge incomplete, which is refused then.
    await write.catch((error) => {
      if (!(error instanceof DatabaseError)) throw error;
    });
    this.#see();
  }

  /** Values that the definition does not admit, in a commit of an author who is certified. */
  async writeStrange(): Promise<void> {
    const random = this.#random;
    const { graph } = this.services.space;
    if (this.#strangeCommits === 0) {
      await this.services.space.certifyAuthor(publicKeyOf(OTHER_AUTHOR), 'other');
      this.#strangeCommits = 1;
    }
    const nodes = [...this.#byType.values()].flat();
    const deltas = Array.from({ length: random.between(1, 3) }, () => {
      if (nodes.length === 0 || random.chance(0.2)) return this.#bareNode();
      const node = graph.nodeById(random.pick(nodes));
      if (node === undefined) throw new Error('a node was expected');
      const edges = graph.edges(node, 'NEXT', 'OUT');
      if (edges.length > 0 && random.chance(0.4)) {
        const edge = random.pick(edges);
        const { from, to } = graph.edgeEnds(edge);
        const ends = { from: graph.nodeId(from), to: graph.nodeId(to) };
        const name = { ...ends, type: 'NEXT', key: graph.edgeKey(edge) };
        return onEdge(name, this.#strange(EDGE_PATHS));
      }
      const paths = NODE_PATHS[graph.nodeType(node)] ?? [];
      return onNode(graph.nodeId(node), this.#strange(paths));
    });
    await this.#receive(payloadOf(deltas));
    this.#see();
  }

  /** Where text has to be of a form mostly one that is not, which other fields do not tell. */
  #strange(paths: readonly string[]): Delta {
    const random = this.#random;
    const ofForms = paths.filter((path) => strangeAt(path) !== STRANGE);
    const path = random.pick(ofForms.length > 0 && random.chance(0.5) ? ofForms : paths);
    const value = random.pick(random.chance(0.7) ? strangeAt(path) : STRANGE);
    const isPiece = isListItem(value) && random.chance(0.3);
    if (!isPiece) return { operation: 'set', path, value };
    if (random.chance(0.7)) return { operation: 'add', path, value };
    return { operation: 'insert', path, number: 0, place: undefined, values: [value] };
  }

  /** Without its required values. */
  #bareNode() {
    const type = this.#random.pick(['Maker']);
    const number = BigInt(this.#random.below(1_000_000));
    const space = Buffer.from(this.services.space.id, 'hex');
    const id = nodeIdByNumber({ space, author: publicKeyOf(OTHER_AUTHOR), type, number });
    return onNode(id, { operation: 'createNode', type, number });
  }

  async #receive(payload: Uint8Array): Promise<void> {
    const door = this.#door;
    if (door === undefined) throw new Error('a door was expected');
    const own = door.commits().filter(({ header }) => isOther(header.author));
    const header = door.header(payload, {
      author: publicKeyOf(OTHER_AUTHOR),
      sequence: own.length + 1,
      previous: own.at(-1)?.hash,
    });
    const answer = await door.answer(envelope(encodeHeader(header), payload, OTHER_AUTHOR));
    if (answer !== 'applied') throw new Error(`a commit expected to be applied, got ${answer}`);
  }

  #mutation(verb: string, text: GraphqlText): string {
    const random = this.#random;
    const name = verb.replace(/^connect/, 'update');
    const field = this.schema.getMutationType()?.getFields()[name];
    if (field === undefined) throw new Error(`no mutation ${verb}`);
    const input = new WrittenInput({
      random,
      ids: this.ids,
      isBroken: false,
      see: () => {},
    });
    const values: Readonly<Record<string, unknown>> = {
      where: input.idWhere(changedType(verb)),
      ...(name === verb ? {} : { update: input.connecting(inputOf(field, 'update')) }),
    };
    const given = field.args.filter((argument) => !EXPECTATIONS.includes(argument.name));
    const args = given.map((argument) => {
      const value = values[argument.name] ?? input.written(argument.type);
      return `${argument.name}: ${text.value(value, argument.type)}`;
    });
    const outcome = getNamedType(field.type).name === 'DeleteInfo' ? 'nodesDeleted' : '__typename';
    return `${name}(${args.join(', ')}) { ${outcome} }`;
  }

  /** Which nodes there are now. */
  #see(): void {
    const { graph } = this.services.space;
    const before = [...this.#byType.values()].flat();
    this.#byType = new Map(
      TYPES.map((type) => [type, graph.nodesOfType(type).map((node) => graph.nodeId(node))]),
    );
    for (const id of before) this.#gone.add(id);
    for (const id of [...this.#byType.values()].flat()) this.#gone.delete(id);
  }
}

export const CREATES = ['createItems', 'createItems', 'createMakers', 'createPieces'];
export const CONNECTS = ['connectItems', 'connectItems', 'connectMakers', 'connectPieces'];
export const CHANGES = [
  ...['updateItems', 'updateItems', 'updateItems', 'updateMakers', 'updatePieces'],
  ...['upsertItems', 'upsertPieces', 'deleteItems', 'deleteMakers', 'deletePieces'],
  ...[...CREATES, ...CONNECTS],
];

function inputOf(field: GraphQLField<unknown, unknown>, name: string): GraphQLInputObjectType {
  const type = getNamedType(field.args.find((argument) => argument.name === name)?.type);
  if (!isInputObjectType(type)) throw new Error(`no ${name} of ${field.name}`);
  return type;
}

function changedType(verb: string): string {
  return TYPES.find((type) => verb.includes(type)) ?? 'Part';
}

function isOther(author: Uint8Array): boolean {
  return Buffer.compare(author, publicKeyOf(OTHER_AUTHOR)) === 0;
}

/**
 * Whether values of one kind are written where their likes of another kind are asked for: `in` of
 * resolvers takes a timestamp for the integer of its microseconds, and bytes for their hex text.
 */
export const LIKENS_KINDS = true;
const LIKE_OTHERS: readonly Value[] = [
  ...[new Timestamp(0n), new Timestamp(-1n), 0n, -1n, '', new Uint8Array()],
];

const STRANGE: readonly Value[] = [
  ...[1n, 2n ** 40n, -(2n ** 63n), 0.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 'text', 'a'],
  ...[true, false, null, new Uint8Array([0, 1]), EMPTY_MAP, new IdValue('0000000000000000')],
  ...[new Timestamp(12_345n), new Timestamp(2n ** 62n), new Timestamp(-(2n ** 63n))],
  ...(LIKENS_KINDS ? LIKE_OTHERS : []),
  ...[[], ['a'], [1n, 'a'], [1n], [2n ** 40n], [new IdValue('0000000000000000')]].map(listOf),
];

function listOf(items: readonly ListItem[]): ListValue {
  return new ListValue(items);
}

function strangeAt(path: string): readonly Value[] {
  if (ENUM_PATH.test(path)) return NO_STATES;
  if (JSON_PATH.test(path)) return STRANGE_JSON;
  return DURATION_PATH.test(path) ? STRANGE_DURATIONS : STRANGE;
}

const ENUM_PATH = /(?:state|former|states)$/;
const JSON_PATH = /(?:meta|facts|notes|data)$/;
const STRANGE_JSON = [
  ...['null', '1.0', '{"b":1,"a":2}', ' 1', '"\\u0041"', '{', '1', '{"a":1}', '[1e400]', 'nul'],
  ...[listOf(['1', '1.0']), listOf(['1', 'null']), listOf(['true'])],
];
const DURATION_PATH = /(?:took|spans|lag|tenure|life)$/;
const STRANGE_DURATIONS = [
  ...['P1Y', 'P12M', 'PT60M', 'P', 'PT', 'P0D', '-PT0S', 'p1d', 'P1W', 'PT1.50S'],
  listOf(['P1Y', 'P12M']),
];
const NO_STATES = [...['', 'OPEN ', 'Open', 'X', 'CLOSE', 'opens'], listOf(['OPEN', 'opens'])];

const FRAME_PATHS = [
  'name',
  'depth',
  'extent.width',
  'extent.height',
  'inner.measured',
  'inner.tag',
  'inner.state',
  'names',
  'seals',
];
const NODE_PATHS: Readonly<Record<string, readonly string[]>> = {
  Item: [
    ...['title', 'note', 'genre', 'count', 'rank', 'total', 'serial', 'ratio', 'score', 'weight'],
    ...['isOpen', 'isRare', 'since', 'at', 'seal', 'hash', 'spot.latitude', 'place.longitude'],
    ...['state', 'state', 'former', 'former', 'tags', 'tags', 'scores', 'states', 'moments'],
    ...['meta', 'meta', 'facts', 'notes', 'took', 'took', 'spans'],
    ...['place', 'shelf', 'shelf.inner', ...FRAME_PATHS.map((path) => `frame.${path}`)],
    ...FRAME_PATHS.map((path) => `shelf.${path}`),
  ],
  Maker: ['name', 'born', 'note', 'rank', 'former', 'tenure', 'mark', 'home', 'home.latitude'],
  Part: ['size', 'life', 'shelf', ...FRAME_PATHS.map((path) => `shelf.${path}`)],
};
const EDGE_PATHS = [
  ...['strength', 'label', 'share', 'since', 'big', 'isOld', 'seal', 'origin', 'state'],
  ...['bigs', 'shares', 'data', 'lag'],
  ...['origin.latitude', 'frame.name', 'frame.extent.width', 'frame.inner.height'],
];
