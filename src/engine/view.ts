/**
 * The graph as the engine holds it, read in place: row numbers and addresses come from its
 * exports, values are decoded from linear memory when they are asked for.
 */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { isNodeId } from '../delta/node-id.ts';
import type { Value } from '../delta/value.ts';
import type { Caller } from './caller.ts';
import { type CallerView, FieldVerb } from './caller-view.ts';
import { readCell } from './cell-value.ts';
import { DIRECTION_WORDS, type Direction } from './direction.ts';
import { readDoubles } from './doubles.ts';
import type { Engine } from './engine.ts';
import type { EngineExports } from './exports.ts';
import { noRoomToAnswer } from './failure.ts';
import type {
  DoublesAnswer,
  DoublesQuery,
  EdgeName,
  EdgeRow,
  NodeRow,
  OrderRange,
  Path,
  PathQuery,
} from './graph-view.ts';
import type { CountedAnswer, Plan, PlanLimits } from './plan.ts';
import { encodeQuestion, encodeRange } from './question.ts';
import { type PreparedRun, runPlan, runPrepared } from './run-plan.ts';
import { Sight, useSight } from './sight.ts';
import { StoredCollection } from './stored-collection.ts';
import { SymbolTable } from './symbol-table.ts';
import type { StoredCell, Writer } from './writer.ts';

const LIST_FULL = 0xffff_ffff;
const PATH_NONE = 0xffff_fffe;
const NO_LIMIT = 0xffff_ffff;
const WORD_BYTES = 4;

const VERBS = {
  [FieldVerb.READ]: access.VERB_READ,
  [FieldVerb.WRITE]: access.VERB_WRITE,
} as const;

export class EngineView implements CallerView {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  /** Whose view it is; everybody's without. */
  readonly #sight: Sight | undefined;
  readonly #mayAsk: boolean;

  constructor(engine: Engine, symbols = new SymbolTable(engine), sight?: Sight) {
    this.#engine = engine;
    this.#symbols = symbols;
    this.#sight = sight;
    this.#mayAsk = sight?.mayAsk ?? false;
  }

  /** The graph as a caller sees it. */
  as(caller: Caller): CallerView {
    const sight = new Sight(this.#engine, this.#symbols, caller);
    return new EngineView(this.#engine, this.#symbols, sight);
  }

  nodeById(id: string): NodeRow | undefined {
    if (!isNodeId(id)) return undefined;
    const { exports } = this.#engine;
    for (;;) {
      this.#use();
      const row = exports.nodeById(wordOf(id, 0), wordOf(id, 4), wordOf(id, 8), wordOf(id, 12));
      if (!this.#mayAsk || !this.#asks()) return rowOrNone(row) as NodeRow | undefined;
    }
  }

  nodeByKey(type: string, key: string): NodeRow | undefined {
    const id = this.idOfKey(type, key);
    return id === undefined ? undefined : this.nodeById(id);
  }

  idOfKey(type: string, key: string): string | undefined {
    if (!key.isWellFormed() || Buffer.byteLength(type) > abi.SYMBOL_BYTES_MAX) return undefined;
    return this.#symbols.nodeIdByKey(type, key);
  }

  nodesByValue(type: string, path: string, value: Value): NodeRow[] {
    const typeSymbol = this.#symbols.find(abi.SYMBOL_NODE_TYPE, type);
    const pathSymbol = this.#symbols.find(abi.SYMBOL_PATH, path);
    const question = encodeQuestion(value);
    if (typeSymbol === 0 || pathSymbol === 0 || question === undefined) return [];
    return this.#list((exports) => {
      this.#put(question);
      return exports.listByValue(typeSymbol, pathSymbol);
    }) as NodeRow[];
  }

  nodesInOrder(type: string, path: string, range: OrderRange): NodeRow[] | undefined {
    const typeSymbol = this.#symbols.find(abi.SYMBOL_NODE_TYPE, type);
    const pathSymbol = this.#symbols.find(abi.SYMBOL_PATH, path);
    const question = encodeRange(range);
    if (question === undefined) return undefined;
    if (typeSymbol === 0 || pathSymbol === 0) return [];
    const { flags, bytes } = question;
    const limit = range.limit ?? NO_LIMIT;
    return this.#list((exports) => {
      this.#put(bytes);
      return exports.listInOrder(typeSymbol, pathSymbol, flags, limit);
    }) as NodeRow[];
  }

  doubles(query: DoublesQuery): DoublesAnswer {
    return this.#read(() => readDoubles(this.#engine, this.#symbols, query));
  }

  nodesOfType(type: string): NodeRow[] {
    const symbol = this.#symbols.find(abi.SYMBOL_NODE_TYPE, type);
    return symbol === 0 ? [] : (this.#list((exports) => exports.listNodes(symbol)) as NodeRow[]);
  }

  nodeId(node: NodeRow): string {
    const address = this.#engine.exports.nodeIdAddress(node) >>> 0;
    return this.#engine.memory.latin1(address, abi.ID_BYTES);
  }

  nodeType(node: NodeRow): string {
    return this.#symbols.text(this.#engine.exports.nodeType(node));
  }

  nodeKey(node: NodeRow): string | undefined {
    const cell = this.#engine.exports.nodeKeyCell(node) >>> 0;
    return cell === 0 ? undefined : (this.#value(cell) as string);
  }

  nodeValue(node: NodeRow, path: string): Value {
    return this.#cellValue(abi.ELEMENT_NODE, node, path);
  }

  nodeValues(nodes: readonly NodeRow[], paths: readonly string[]): Value[] {
    // Looking names up takes the input region, too.
    const symbols = paths.map(
      (path) => this.#symbols.find(abi.SYMBOL_PATH, path) || abi.SYMBOL_UNKNOWN,
    );
    const words = paths.length + nodes.length;
    const cells = this.#list((exports) => {
      const asked = this.#engine.memory.wordView(this.#input(words * WORD_BYTES), words);
      asked.set(symbols);
      let place = paths.length;
      for (const node of nodes) asked[place++] = node;
      const isDone = exports.cellsOf(paths.length, nodes.length) === 1;
      return isDone ? paths.length * nodes.length : LIST_FULL;
    });
    return cells.map((cell) => (cell === 0 ? null : this.#value(cell)));
  }

  edges(node: NodeRow, edgeType: string | undefined, direction: Direction): EdgeRow[] {
    const symbol = edgeType === undefined ? 0 : this.#symbols.find(abi.SYMBOL_EDGE_TYPE, edgeType);
    if (edgeType !== undefined && symbol === 0) return [];
    const way = DIRECTION_WORDS[direction];
    return this.#list((exports) => exports.listEdges(node, symbol, way)) as EdgeRow[];
  }

  edgeByName(name: EdgeName): EdgeRow | undefined {
    const row = this.#edgeRow(name);
    if (row === undefined) return undefined;
    const { from, to, type } = row;
    const { exports } = this.#engine;
    const edge = this.#read(() => exports.edgeByName(from, to, type, name.key ?? 0));
    return rowOrNone(edge) as EdgeRow | undefined;
  }

  edgeEnds(edge: EdgeRow): { readonly from: NodeRow; readonly to: NodeRow } {
    const { exports } = this.#engine;
    const from = exports.edgeFrom(edge) >>> 0;
    const to = exports.edgeTo(edge) >>> 0;
    return { from: from as NodeRow, to: to as NodeRow };
  }

  edgeType(edge: EdgeRow): string {
    return this.#symbols.text(this.#engine.exports.edgeType(edge));
  }

  edgeKey(edge: EdgeRow): number {
    return this.#engine.exports.edgeKey(edge) >>> 0;
  }

  edgeValue(edge: EdgeRow, path: string): Value {
    return this.#cellValue(abi.ELEMENT_EDGE, edge, path);
  }

  shortestPath(query: PathQuery): Path | undefined {
    const { from, to, maxDepth, direction, edgeType } = query;
    const symbol = edgeType === undefined ? 0 : this.#symbols.find(abi.SYMBOL_EDGE_TYPE, edgeType);
    const isUnknownType = edgeType !== undefined && symbol === 0;
    const depth = isUnknownType ? 0 : Math.min(maxDepth, abi.PATH_EDGES_MAX);
    const { exports } = this.#engine;
    const way = DIRECTION_WORDS[direction];
    const count = this.#read(() => exports.shortestPath(from, to, depth, way, symbol)) >>> 0;
    if (count === PATH_NONE) return undefined;
    const edges = this.#rows(count) as EdgeRow[];
    const nodes = [from];
    for (const edge of edges) {
      const ends = this.edgeEnds(edge);
      nodes.push(ends.from === nodes.at(-1) ? ends.to : ends.from);
    }
    return { nodes, edges };
  }

  answer(plan: Plan, limits: PlanLimits): CountedAnswer {
    return this.#read(() => runPlan(this.#engine, this.#symbols, { plan, limits }));
  }

  answerPrepared(run: PreparedRun): CountedAnswer {
    return this.#read(() => runPrepared(this.#engine, this.#symbols, run));
  }

  counts(): { readonly nodes: number; readonly edges: number } {
    const { exports } = this.#engine;
    const nodes = this.#read(() => exports.nodeCount() >>> 0);
    return { nodes, edges: this.#read(() => exports.edgeCount() >>> 0) };
  }

  nodeMask(node: NodeRow, verb: FieldVerb, paths: readonly string[]): boolean[] {
    return this.#mask(abi.ELEMENT_NODE, node, { verb, paths });
  }

  edgeMask(edge: EdgeRow, verb: FieldVerb, paths: readonly string[]): boolean[] {
    return this.#mask(abi.ELEMENT_EDGE, edge, { verb, paths });
  }

  /** The text of a path symbol that a change names. */
  pathText(symbol: number): string {
    return this.#symbols.text(symbol);
  }

  /** The symbol of a type, 0 where nothing has that name yet. */
  typeSymbol(kind: number, name: string): number {
    return this.#symbols.find(kind, name);
  }

  /** The row of an id, whether the node exists or not. */
  rowOfNode(id: string): number | undefined {
    return this.#askId(id) ? rowOrNone(this.#engine.exports.rowOfId()) : undefined;
  }

  /**
   * What showed at paths of an element at the point to which the last group is undone (undo.ts);
   * undefined where the element was not there.
   */
  valuesThen(element: number, row: number, paths: readonly string[]): Value[] | undefined {
    const { exports, memory } = this.#engine;
    if (exports.wasThere(element, row) !== 1) return undefined;
    return paths.map((path) => {
      const symbol = this.#symbols.find(abi.SYMBOL_PATH, path);
      const cell = symbol === 0 ? 0 : exports.cellThen(element, row, symbol) >>> 0;
      return cell === 0 ? null : readCell(memory, cell);
    });
  }

  /** Who wrote the visible value at a path; undefined where nothing shows. */
  valueWriter(element: number, row: number, path: string): Writer | undefined {
    const symbol = this.#seenPath(element, row, path);
    if (symbol === 0) return undefined;
    return this.#writer(this.#engine.exports.writerAt(element, row, symbol));
  }

  /** What a value that the caller sees is merged from. */
  collection(element: number, row: number, path: string): StoredCollection {
    return new StoredCollection(this.#engine, element, row, this.#seenPath(element, row, path));
  }

  /** The same of a node by its id, whether it shows or not. */
  storedNodeCollection(id: string, path: string): StoredCollection {
    const row = this.#askId(id) ? this.#engine.exports.rowOfId() : 0;
    return this.#storedCollection(abi.ELEMENT_NODE, row, path);
  }

  storedEdgeCollection(name: EdgeName, path: string): StoredCollection {
    return this.#storedCollection(abi.ELEMENT_EDGE, this.#edgeRow(name)?.edge ?? 0, path);
  }

  /** Who created an existing element. */
  creator(element: number, row: number): Writer {
    return this.#writer(this.#engine.exports.createdBy(element, row));
  }

  /** The writer that a transaction row of a change stands for. */
  writerOf(transaction: number): Writer {
    return this.#writer(transaction);
  }

  /** The cell at a path of a node, whether it shows or not. */
  storedNodeCell(id: string, path: string): StoredCell | undefined {
    const row = this.#askId(id) ? this.#engine.exports.rowOfId() : 0;
    return row === 0 ? undefined : this.#storedCell(abi.ELEMENT_NODE, row, path);
  }

  storedEdgeCell(name: EdgeName, path: string): StoredCell | undefined {
    const row = this.#edgeRow(name);
    return row === undefined ? undefined : this.#storedCell(abi.ELEMENT_EDGE, row.edge, path);
  }

  /** The type of the node with this id, whether it exists or not, once a create was applied. */
  storedNodeType(id: string): string | undefined {
    const row = this.#askId(id) ? this.#engine.exports.rowOfId() : 0;
    const type = row === 0 ? 0 : this.#engine.exports.nodeType(row);
    return type === 0 ? undefined : this.#symbols.text(type);
  }

  /** Whether a delete of the node was ever applied. */
  wasNodeDeleted(id: string): boolean {
    const row = this.#askId(id) ? this.#engine.exports.rowOfId() : 0;
    return row !== 0 && this.#engine.exports.wasDeleted(abi.ELEMENT_NODE, row) === 1;
  }

  wasEdgeDeleted(name: EdgeName): boolean {
    const row = this.#edgeRow(name);
    if (row === undefined) return false;
    return this.#engine.exports.wasDeleted(abi.ELEMENT_EDGE, row.edge) === 1;
  }

  /** Rows of an edge name's parts, when all of them are known. */
  #edgeRow(name: EdgeName): { from: number; to: number; type: number; edge: number } | undefined {
    const { exports } = this.#engine;
    const type = this.#symbols.find(abi.SYMBOL_EDGE_TYPE, name.type);
    const from = this.#askId(name.from) ? exports.rowOfId() >>> 0 : 0;
    const to = this.#askId(name.to) ? exports.rowOfId() >>> 0 : 0;
    if (type === 0 || from === 0 || to === 0) return undefined;
    const edge = exports.rowOfEdge(from, to, type, name.key ?? 0) >>> 0;
    return edge === 0 ? undefined : { from, to, type, edge };
  }

  #storedCell(element: number, row: number, path: string): StoredCell | undefined {
    const symbol = this.#symbols.find(abi.SYMBOL_PATH, path);
    if (symbol === 0) return undefined;
    const cell = this.#engine.exports.storedCellAt(element, row, symbol) >>> 0;
    if (cell === 0) return undefined;
    const { memory } = this.#engine;
    const kind = memory.u8(cell + abi.CELL_KIND_OFFSET) & abi.CELL_KIND_MASK;
    const setter = this.#engine.exports.setterAt(element, row, symbol);
    return { kind, writer: setter === 0 ? undefined : this.#writer(setter) };
  }

  /** The symbol of a path where the caller sees something, or 0. */
  #seenPath(element: number, row: number, path: string): number {
    const symbol = this.#symbols.find(abi.SYMBOL_PATH, path);
    this.#use();
    if (symbol === 0) return 0;
    return this.#engine.exports.cellAt(element, row, symbol) === 0 ? 0 : symbol;
  }

  #storedCollection(element: number, row: number, path: string): StoredCollection {
    const symbol = row === 0 ? 0 : this.#symbols.find(abi.SYMBOL_PATH, path);
    return new StoredCollection(this.#engine, element, row, symbol);
  }

  #cellValue(element: number, row: number, path: string): Value {
    const symbol = this.#symbols.find(abi.SYMBOL_PATH, path);
    if (symbol === 0) return null;
    for (;;) {
      this.#use();
      const cell = this.#engine.exports.cellAt(element, row, symbol) >>> 0;
      if (!this.#mayAsk || !this.#asks()) return cell === 0 ? null : this.#value(cell);
    }
  }

  #mask(
    element: number,
    row: number,
    { verb, paths }: { readonly verb: FieldVerb; readonly paths: readonly string[] },
  ): boolean[] {
    const symbols = paths.map((path) => this.#symbols.nearestPath(path));
    const { exports, memory } = this.#engine;
    const isDone = this.#read(() => {
      memory.wordView(this.#input(symbols.length * WORD_BYTES), symbols.length).set(symbols);
      return exports.maskFields(element, row, symbols.length, VERBS[verb]);
    });
    if (isDone !== 1) throw noRoomToAnswer();
    const at = exports.outputAddress() >>> 0;
    return Array.from(memory.bytes.subarray(at, at + symbols.length), (byte) => byte === 1);
  }

  /** Reads by one call of the engine, until it depends on no condition that is not evaluated. */
  #read<Result>(read: () => Result): Result {
    for (;;) {
      this.#use();
      const result = read();
      if (!this.#asks()) return result;
    }
  }

  #list(list: (exports: EngineExports) => number): number[] {
    return this.#rows(this.#read(() => list(this.#engine.exports)));
  }

  /** From now on the engine reads for the caller of this view. */
  #use(): void {
    if (this.#engine.sight !== this.#sight) useSight(this.#engine, this.#sight);
  }

  #asks(): boolean {
    return this.#sight?.asks() ?? false;
  }

  #value(cell: number): Value {
    return readCell(this.#engine.memory, cell);
  }

  #writer(transaction: number): Writer {
    const { exports, memory } = this.#engine;
    const commit = memory.copy(exports.commitHashAddress(transaction) >>> 0, abi.HASH_BYTES);
    return { commit, position: exports.positionOf(transaction) };
  }

  /** Puts an id into the input region; false for a text that is no id. */
  #askId(id: string): boolean {
    if (!isNodeId(id)) return false;
    const input = this.#input(abi.ID_BYTES);
    const { bytes } = this.#engine.memory;
    for (let index = 0; index < abi.ID_BYTES; index++) bytes[input + index] = id.charCodeAt(index);
    return true;
  }

  #rows(count: number): number[] {
    const rows = count >>> 0;
    if (rows === LIST_FULL) throw noRoomToAnswer();
    return Array.from(this.#engine.memory.words(this.#engine.exports.outputAddress() >>> 0, rows));
  }

  #put(bytes: Uint8Array): void {
    const input = this.#input(bytes.length);
    this.#engine.memory.bytes.set(bytes, input);
  }

  #input(bytes: number): number {
    const address = this.#engine.exports.ensureInput(bytes) >>> 0;
    if (address === 0) throw noRoomToAnswer();
    return address;
  }
}

/** Four characters of an id. */
function wordOf(id: string, at: number): number {
  const low = id.charCodeAt(at) | (id.charCodeAt(at + 1) << 8);
  return low | (id.charCodeAt(at + 2) << 16) | (id.charCodeAt(at + 3) << 24);
}

function rowOrNone(row: number): number | undefined {
  return row === 0 ? undefined : row >>> 0;
}
