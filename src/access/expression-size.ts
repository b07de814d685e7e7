/**
 * What an expression can cost, from its syntax tree: which functions it calls, and how often each
 * part runs for lists of a given length. A macro (`all`, `exists`, `map`, `filter`) runs its part
 * once for each item, so the steps are a polynomial in the length, of the depth of the macros.
 */

import type { ASTNode } from '@marcbachmann/cel-js';
import { parseDuration, parseTimestamp } from './parameter.ts';

export interface Refusal {
  readonly expected: string;
  readonly got: string;
}

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** Look at every item of lists, or at every character of texts. */
const LONG_OPERATORS: ReadonlySet<string> = new Set(['==', '!=', 'in', '+']);
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['bool', 'bytes', 'double', 'dyn', 'has', 'int', 'ipaddress', 'size', 'string', 'type'],
  ...['uint', 'timestamp', 'duration'],
]);
const METHODS: ReadonlySet<string> = new Set([
  ...['contains', 'startsWith', 'endsWith', 'size', 'in_cidr'],
  ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getFullYear', 'getMonth'],
  ...['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
]);
const INT_MAX = 2n ** 63n - 1n;
/** A search in a text can look at each of its characters for each of the searched text. */
const SEARCHED_PER_STEP = 1_024;

export class ExpressionSize {
  /** Parts by the number of macros around them. */
  readonly #parts: number[] = [];
  /** The same of operators that go through lists. */
  readonly #long: number[] = [];
  /** The same of searches in texts. */
  readonly #searches: number[] = [];
  #additions = 0;
  #literalItemsMax = 1;
  #refusal: Refusal | undefined;

  /** Undefined where every function is one that conditions may call. */
  measure(root: ASTNode): Refusal | undefined {
    this.#walk(root, 0);
    return this.#refusal;
  }

  /** The most steps for lists of up to `items`, and texts of up to `characters`. */
  steps(items: number, characters: number): number {
    const length = Math.max(items, this.#literalItemsMax) * (1 + this.#additions);
    const text = characters * (1 + this.#additions);
    const searched = Math.ceil((text * text) / SEARCHED_PER_STEP);
    const weights = [
      [this.#parts, 1],
      [this.#long, length],
      [this.#searches, searched],
    ] as const;
    let steps = 0;
    for (const [counts, weight] of weights) {
      for (const [depth, count] of counts.entries()) {
        steps += (count ?? 0) * weight * length ** depth;
      }
    }
    return steps;
  }

  #walk(node: ASTNode, depth: number): void {
    add(this.#parts, depth);
    if (LONG_OPERATORS.has(node.op)) add(this.#long, depth);
    if (node.op === '+') this.#additions++;
    switch (node.op) {
      case 'value':
        return this.#checkValue(node.args);
      case 'id':
        return;
      case 'call':
        return this.#walkCall(node.args[0], node.args[1], depth);
      case 'rcall':
        return this.#walkMethod(node.args, depth);
      case 'list':
        this.#literalItemsMax = Math.max(this.#literalItemsMax, node.args.length);
        return this.#walkAll(node.args, depth);
      case 'map':
        return this.#refuse('no map', 'a map');
      case '.':
      case '.?':
        return this.#walk(node.args[0], depth);
      case '!_':
      case '-_':
        return this.#walk(node.args, depth);
      default:
        return this.#walkAll(node.args, depth);
    }
  }

  #walkAll(nodes: readonly ASTNode[], depth: number): void {
    for (const node of nodes) this.#walk(node, depth);
  }

  #walkCall(name: string, args: readonly ASTNode[], depth: number): void {
    if (!FUNCTIONS.has(name)) this.#refuse('a function of conditions', `${name}()`);
    if (name === 'timestamp' || name === 'duration') this.#checkMoment(name, args);
    this.#walkAll(args, depth);
  }

  #walkMethod(
    [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
    depth: number,
  ): void {
    this.#walk(receiver, depth);
    if (MACROS.has(name)) return this.#walkAll(args, depth + 1);
    if (!METHODS.has(name)) this.#refuse('a function of conditions', `${name}()`);
    if (name === 'contains') add(this.#searches, depth);
    // Such a one takes the name of a time zone, and the zones change from version to version.
    if (name.startsWith('get') && args.length > 0) this.#refuse(`${name}() in UTC`, 'a time zone');
    this.#walkAll(args, depth);
  }

  /** What is computed would be read by the rules of the machine; a parameter is of its type. */
  #checkMoment(name: 'timestamp' | 'duration', args: readonly ASTNode[]): void {
    const [argument] = args;
    const text = argument?.op === 'value' ? argument.args : undefined;
    const parse = name === 'timestamp' ? parseTimestamp : parseDuration;
    if (typeof text === 'string' && parse(text) !== undefined) return;
    const expected = name === 'timestamp' ? 'text of RFC 3339' : 'text such as "1h30m"';
    this.#refuse(`${expected} in ${name}()`, typeof text === 'string' ? text : 'another argument');
  }

  #checkValue(value: unknown): void {
    if (typeof value === 'bigint' && value > INT_MAX) {
      this.#refuse('integers of 64 bits', String(value).slice(0, 24));
    }
  }

  #refuse(expected: string, got: string): void {
    this.#refusal ??= { expected, got };
  }
}

function add(counts: number[], depth: number): void {
  counts[depth] = (counts[depth] ?? 0) + 1;
}
