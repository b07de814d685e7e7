/**
 * Conditions of tuples: expressions in CEL over declared parameters. An answer must be the same on
 * every machine and come soon, so of CEL is taken what computes alike everywhere and in steps that
 * can be counted before: no regular expressions, no time zones, no dates from computed text.
 */

import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { CONDITION_DEPTH_MAX, CONDITION_LENGTH_MAX, CONDITION_STEPS_MAX } from '../base/limits.ts';
import { quoteShort } from '../definition/syntax.ts';
import { AccessError, AccessReason } from './access-error.ts';
import { ExpressionSize } from './expression-size.ts';
import { IpAddress, isInRange, parseIpAddress } from './ip-address.ts';
import type { Condition, ParameterType } from './model.ts';
import { formatParameterType, mapEntries, ParameterConverter } from './parameter.ts';

/** Values as JSON has them, with plain objects as maps, by the name of a parameter. */
export type Context = ReadonlyMap<string, unknown>;

interface CompiledCondition {
  readonly evaluate: ParseResult;
  readonly size: ExpressionSize;
}

const compiled = new WeakMap<Condition, CompiledCondition>();
let baseEnvironment: Environment | undefined;

/** Throws where the expression is not one that gives true or false for its parameters. */
export function checkCondition(condition: Condition): void {
  compile(condition);
}

/** Whether the condition holds. The context is what mergeContexts makes of question and tuple. */
export function evaluateCondition(condition: Condition, context: Context): boolean {
  const { evaluate, size } = compile(condition);
  const values: Record<string, unknown> = Object.create(null);
  const converter = new ParameterConverter();
  for (const [name, type] of condition.parameters) {
    if (!context.has(name)) {
      throw failed(condition, `a value of parameter ${name}`, 'none');
    }
    values[name] = convert(condition, converter, { name, type, value: context.get(name) });
  }
  const steps = size.steps(converter.itemsMax, converter.textMax);
  if (steps > CONDITION_STEPS_MAX) {
    throw failed(condition, `at most ${CONDITION_STEPS_MAX} steps`, String(steps));
  }
  let result: unknown;
  try {
    result = evaluate(values);
  } catch (error) {
    throw failed(condition, 'to be evaluated', summary(error), error);
  }
  if (typeof result !== 'boolean') throw failed(condition, 'true or false', typeof result);
  return result;
}

/** What a tuple gives counts before what the question gives. */
export function mergeContexts(question: Context, tuple: Context): Context {
  return tuple.size === 0 ? question : new Map([...question, ...tuple]);
}

/** Throws where the context has a parameter that is not declared, or is of another type. */
export function checkContext(condition: Condition, context: Context): void {
  const converter = new ParameterConverter();
  for (const [name, value] of context) {
    const type = condition.parameters.get(name);
    if (type === undefined) throw failed(condition, 'declared parameters', quoteShort(name));
    convert(condition, converter, { name, type, value });
  }
}

function convert(
  condition: Condition,
  converter: ParameterConverter,
  parameter: { readonly name: string; readonly type: ParameterType; readonly value: unknown },
): unknown {
  const { name, type, value } = parameter;
  const converted = converter.convert(type, value);
  if (converted !== undefined) return converted;
  const expected = `${formatParameterType(type)} for parameter ${name}`;
  throw failed(condition, expected, describe(value));
}

function compile(condition: Condition): CompiledCondition {
  const known = compiled.get(condition);
  if (known !== undefined) return known;
  if (condition.expression.length > CONDITION_LENGTH_MAX) {
    const got = String(condition.expression.length);
    throw failed(condition, `at most ${CONDITION_LENGTH_MAX} characters`, got);
  }
  const made = { evaluate: parse(condition), size: new ExpressionSize() };
  const refusal = made.size.measure(made.evaluate.ast);
  if (refusal !== undefined) throw failed(condition, refusal.expected, refusal.got);
  const { valid, type, error } = made.evaluate.check();
  if (!valid) throw failed(condition, 'an expression in CEL', summary(error), error);
  if (type !== 'bool') throw failed(condition, 'true or false', String(type));
  compiled.set(condition, made);
  return made;
}

function parse(condition: Condition): ParseResult {
  try {
    baseEnvironment ??= createEnvironment();
    const environment = baseEnvironment.clone();
    for (const [name, type] of condition.parameters) {
      environment.registerVariable(name, celType(type));
    }
    return environment.parse(condition.expression);
  } catch (error) {
    throw failed(condition, 'an expression in CEL', summary(error), error);
  }
}

function createEnvironment(): Environment {
  const limits = { maxDepth: CONDITION_DEPTH_MAX, maxAstNodes: CONDITION_LENGTH_MAX };
  const environment = new Environment({ limits })
    .registerType('IPAddress', { ctor: IpAddress, fields: {} })
    .registerFunction('ipaddress(string): IPAddress', toIpAddress, { async: false })
    .registerFunction('IPAddress.in_cidr(string): bool', isInCidr, { async: false })
    .registerOperator('IPAddress == IPAddress', (l: IpAddress, r: IpAddress) => l.equals(r));
  // A parameter always has a value, but CEL lets such values be compared with null.
  for (const type of [celType({ kind: 'duration' }), celType({ kind: 'timestamp' }), 'IPAddress']) {
    environment.registerOperator(`${type} == null`, () => false);
  }
  return environment;
}

function toIpAddress(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`ipaddress expected an address, got ${text}`);
  return address;
}

function isInCidr(address: IpAddress, range: string): boolean {
  const isIn = isInRange(address, range);
  if (isIn === undefined) throw new Error(`in_cidr expected a range, got ${range}`);
  return isIn;
}

function celType(type: ParameterType): string {
  switch (type.kind) {
    case 'any':
      return 'dyn';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'ipaddress':
      return 'IPAddress';
    case 'list':
      return `list<${celType(type.element)}>`;
    case 'map':
      return `map<string, ${celType(type.element)}>`;
    default:
      return type.kind;
  }
}

function failed(condition: Condition, expected: string, got: string, cause?: unknown): AccessError {
  const message = `condition ${condition.name} expected ${expected}, got ${got}`;
  return new AccessError(AccessReason.CONDITION, message, { cause });
}

/** The first line: the others draw the expression. */
function summary(error: unknown): string {
  if (!(error instanceof Error)) return 'a failure';
  return quoteShort(error.message.split('\n', 1)[0] ?? '');
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteShort(JSON.stringify(value));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return mapEntries(value) === undefined ? 'an object' : 'a map';
  return quoteShort(String(value));
}
