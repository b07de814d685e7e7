/**
 * A model's text, read by OpenFGA's own library into what it declares. Whether the names lead
 * anywhere is asked later. The library's weaknesses are kept from it:
 *
 * - it looks ahead at every parenthesis, 40 microseconds for each word and each parenthesis that
 *   is open around it, so that both are counted before;
 * - a run of empty lines overflows its stack, which it prints, so that it gets none of them;
 * - it keeps names in plain objects, where `constructor` counts as defined already;
 * - its front loads the readers of YAML and JSON Schema that its other half needs, so that the two
 *   files of this half are imported alone.
 */

import modelErrors from '@openfga/syntax-transformer/dist/errors.js';
import modelReader from '@openfga/syntax-transformer/dist/transformer/dsltojson.js';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  CONDITION_LENGTH_MAX,
  CONDITION_NAME_BYTES_MAX,
  CONDITION_PARAMETERS_MAX,
  MODEL_CONDITIONS_MAX,
  MODEL_NESTED_WORDS_MAX,
  MODEL_TYPES_MAX,
  OBJECT_TYPE_BYTES_MAX,
  RELATION_BYTES_MAX,
  RELATION_SUBJECTS_MAX,
  REWRITE_DEPTH_MAX,
  REWRITE_PARTS_MAX,
  TYPE_RELATIONS_MAX,
} from '../base/limits.ts';
import {
  type Condition,
  type Model,
  type ModelType,
  type ParameterType,
  type Relation,
  type Rewrite,
  SCALAR_KINDS,
  type SubjectType,
} from './model.ts';
import type { ModelMistakes, Place } from './model-mistakes.ts';

/** A model whose names may lead nowhere yet. */
export interface DeclaredModel extends Model {
  /** Where the name of a type, a relation or a condition stands. */
  readonly places: ReadonlyMap<object, Place>;
}

/** Undefined where the text is not of the language; the mistakes say why. */
export function readModel(text: string, mistakes: ModelMistakes): DeclaredModel | undefined {
  const lines = modelLines(text, mistakes);
  checkNesting(lines);
  if (!mistakes.isEmpty) return undefined;
  const json = jsonModel(lines, mistakes);
  return json === undefined ? undefined : new ModelReader(json, lines, mistakes).read();
}

/** A line that the library reads, and where it stands in the text, from 1. */
interface ModelLine {
  readonly text: string;
  readonly number: number;
}

/** What is looked at of OpenFGA's own form, whose types are in a package of its own. */
interface JsonModel {
  /** Missing in a module. */
  readonly schema_version?: string;
  readonly type_definitions?: readonly JsonType[];
  readonly conditions?: Readonly<Record<string, JsonCondition>>;
}

interface JsonType {
  readonly type: string;
  readonly relations: Readonly<Record<string, JsonRewrite>>;
  readonly metadata: {
    readonly relations: Readonly<
      Record<string, { readonly directly_related_user_types: readonly JsonSubject[] }>
    >;
  } | null;
}

interface JsonSubject {
  readonly type: string;
  readonly relation?: string;
  readonly wildcard?: object;
  readonly condition?: string;
}

interface JsonRewrite {
  readonly computedUserset?: { readonly relation: string };
  readonly tupleToUserset?: {
    readonly computedUserset: { readonly relation: string };
    readonly tupleset: { readonly relation: string };
  };
  readonly union?: { readonly child: readonly JsonRewrite[] };
  readonly intersection?: { readonly child: readonly JsonRewrite[] };
  readonly difference?: { readonly base: JsonRewrite; readonly subtract: JsonRewrite };
}

interface JsonCondition {
  readonly expression: string;
  readonly parameters: Readonly<Record<string, JsonParameterType>>;
}

interface JsonParameterType {
  readonly type_name: string;
  readonly generic_types?: readonly JsonParameterType[];
}

const START: Place = { line: 1, column: 1 };
/** Taken by the language of OpenFGA's JSON form. */
const RESERVED: ReadonlySet<string> = new Set(['self', 'this']);
/** `type` is a type's name too, which a list of subjects may have in a line of its own. */
const DECLARATION = /^\s*(type(?!\s+with\s)|define|condition)\s+([^\s:(]+)/d;
/** After the word itself the library never looks ahead again, whatever stands there. */
const CONDITION_LINE = /^\s*condition(?:\s|$)/;
const ALREADY_DEFINED = /^(?:condition |parameter )?'(\w+)' is already defined/;

/** Neither comments nor empty lines, which mean nothing outside of a text in three quotes. */
function modelLines(text: string, mistakes: ModelMistakes): ModelLine[] {
  const lines: ModelLine[] = [];
  let isCondition = false;
  let quote: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1;
    // What is a comment is as in the library, which takes them out first.
    const comment = line.trimStart().startsWith('#') ? 0 : line.indexOf(' #');
    const read = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
    const returns = read.indexOf('\r');
    if (returns >= 0) {
      const place = { line: number, column: returns + 1 };
      mistakes.add(place, 'model expected lines that end in a line feed, got a carriage return');
    }
    isCondition ||= CONDITION_LINE.test(read);
    if (read !== '') lines.push({ text: read, number });
    else if (quote !== undefined) {
      const message = `condition expected a text without empty lines in ${quote}, got one`;
      mistakes.add({ line: number, column: 1 }, message);
    }
    for (const [mark] of isCondition ? read.matchAll(/\\.|"""|'''/g) : []) {
      if (quote === undefined && !mark.startsWith('\\')) quote = mark;
      else if (quote === mark) quote = undefined;
    }
  }
  return lines;
}

/** Of the rewrites alone: conditions stand last, and the library does not look ahead in them. */
function checkNesting(lines: readonly ModelLine[]): void {
  let depth = 0;
  let words = 0;
  for (const { text } of lines) {
    if (CONDITION_LINE.test(text)) return;
    if (/^\s*define\s/.test(text)) depth = 0;
    for (const [word] of text.matchAll(/[()]|\s+|[^()\s]+/g)) {
      if (word === '(') depth++;
      if (depth > REWRITE_DEPTH_MAX) exceeded('open parentheses', REWRITE_DEPTH_MAX);
      words += depth;
      if (words > MODEL_NESTED_WORDS_MAX) exceeded('nested words', MODEL_NESTED_WORDS_MAX);
      if (word === ')' && depth > 0) depth--;
    }
  }
}

function jsonModel(lines: readonly ModelLine[], mistakes: ModelMistakes): JsonModel | undefined {
  const text = lines.map((line) => line.text).join('\n');
  try {
    const json: unknown = modelReader.transformDSLToJSONObject(text);
    return json as JsonModel;
  } catch (error) {
    if (!(error instanceof modelErrors.DSLSyntaxError)) throw unreadable(error);
    for (const { line, column, msg } of error.errors) {
      const number = lines[line?.start ?? 0]?.number ?? 1;
      mistakes.add({ line: number, column: (column?.start ?? 0) + 1 }, syntaxMessage(msg));
    }
    return undefined;
  }
}

/** The library builds its model from what it could read, and may stumble over what it could not. */
function unreadable(cause: unknown): DatabaseError {
  const message = "model expected OpenFGA's language, got what its reader cannot place";
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { position: START, cause });
}

function syntaxMessage(message: string): string {
  const name = ALREADY_DEFINED.exec(message)?.[1];
  return name !== undefined && Object.hasOwn(Object.prototype, name)
    ? `model expected a name that JavaScript has not taken, got ${name}`
    : `model expected OpenFGA's language: ${message.replaceAll('\n', '\\n')}`;
}

class ModelReader {
  readonly #json: JsonModel;
  readonly #lines: readonly ModelLine[];
  readonly #mistakes: ModelMistakes;
  /** By `type`, its index and its relation, or by `condition` and its name. */
  readonly #named = new Map<string, Place>();
  readonly #places = new Map<object, Place>();
  #parts = 0;

  constructor(json: JsonModel, lines: readonly ModelLine[], mistakes: ModelMistakes) {
    this.#json = json;
    this.#lines = lines;
    this.#mistakes = mistakes;
  }

  read(): DeclaredModel {
    this.#findNames();
    this.#checkSchema();
    const types = new Map<string, ModelType>();
    const definitions = this.#json.type_definitions ?? [];
    if (definitions.length > MODEL_TYPES_MAX) exceeded('types', MODEL_TYPES_MAX);
    for (const [index, json] of definitions.entries()) {
      const type = this.#type(json, index);
      if (types.has(type.name)) {
        const message = `type ${type.name} expected one declaration, got another`;
        this.#mistakes.add(this.#places.get(type) ?? START, message);
      } else types.set(type.name, type);
    }
    const conditions = Object.entries(this.#json.conditions ?? {});
    if (conditions.length > MODEL_CONDITIONS_MAX) exceeded('conditions', MODEL_CONDITIONS_MAX);
    return {
      types,
      conditions: new Map(conditions.map(([name, json]) => [name, this.#condition(name, json)])),
      places: this.#places,
    };
  }

  /** What the library has read stands in the order of the lines, each declaration in its own. */
  #findNames(): void {
    let types = 0;
    let isCondition = false;
    for (const { text, number } of this.#lines) {
      const match = DECLARATION.exec(text);
      const [, word, name] = match ?? [];
      isCondition ||= word === 'condition';
      if (word === undefined || isCondition !== (word === 'condition')) continue;
      if (word === 'type') types++;
      const key = isCondition ? `condition ${name}` : nameKey(types - 1, word, name);
      const place = { line: number, column: (match?.indices?.[2]?.[0] ?? 0) + 1 };
      if (!this.#named.has(key)) this.#named.set(key, place);
    }
  }

  #checkSchema(): void {
    const version = this.#json.schema_version;
    if (version === '1.1') return;
    const [, second] = this.#lines;
    if (version === undefined || second === undefined) {
      this.#mistakes.add(START, 'model expected a model, got a module');
      return;
    }
    const place = { line: second.number, column: second.text.indexOf(version) + 1 };
    this.#mistakes.add(place, `model expected schema 1.1, got ${version}`);
  }

  #type(json: JsonType, index: number): ModelType {
    const place = this.#named.get(nameKey(index, 'type')) ?? START;
    this.#checkName('type', json.type, OBJECT_TYPE_BYTES_MAX, place);
    const subjects = new Map(Object.entries(json.metadata?.relations ?? {}));
    const relations = new Map<string, Relation>();
    for (const [name, rewrite] of Object.entries(json.relations)) {
      const at = this.#named.get(nameKey(index, 'define', name)) ?? place;
      this.#checkName('relation', name, RELATION_BYTES_MAX, at);
      const related = subjects.get(name)?.directly_related_user_types ?? [];
      if (related.length > RELATION_SUBJECTS_MAX) {
        exceeded('subjects of a relation', RELATION_SUBJECTS_MAX);
      }
      this.#parts = 0;
      const relation = {
        name,
        rewrite: this.#rewrite(rewrite),
        subjects: related.map(subjectType),
      };
      relations.set(name, relation);
      this.#places.set(relation, at);
    }
    if (relations.size > TYPE_RELATIONS_MAX) exceeded('relations', TYPE_RELATIONS_MAX);
    const type = { name: json.type, relations };
    this.#places.set(type, place);
    return type;
  }

  #rewrite(json: JsonRewrite): Rewrite {
    const { computedUserset, tupleToUserset, union, intersection, difference } = json;
    if (union !== undefined) return { kind: 'union', parts: this.#rewrites(union.child) };
    if (intersection !== undefined) {
      return { kind: 'intersection', parts: this.#rewrites(intersection.child) };
    }
    if (difference !== undefined) {
      const [base, subtract] = this.#rewrites([difference.base, difference.subtract]);
      assert(base !== undefined && subtract !== undefined, 'two parts come to two rewrites');
      return { kind: 'exclusion', base, subtract };
    }
    if (tupleToUserset !== undefined) {
      const { relation } = tupleToUserset.computedUserset;
      return { kind: 'from', relation, tupleset: tupleToUserset.tupleset.relation };
    }
    return computedUserset === undefined
      ? { kind: 'direct' }
      : { kind: 'computed', relation: computedUserset.relation };
  }

  #rewrites(json: readonly JsonRewrite[]): Rewrite[] {
    this.#parts += json.length;
    if (this.#parts > REWRITE_PARTS_MAX) exceeded('operands in a relation', REWRITE_PARTS_MAX);
    return json.map((part) => this.#rewrite(part));
  }

  #condition(name: string, { expression, parameters }: JsonCondition): Condition {
    const place = this.#named.get(`condition ${name}`) ?? START;
    this.#checkName('condition', name, CONDITION_NAME_BYTES_MAX, place);
    if (expression.length > CONDITION_LENGTH_MAX) {
      const expected = `condition ${name} expected at most ${CONDITION_LENGTH_MAX} characters`;
      this.#mistakes.add(place, `${expected}, got ${expression.length}`);
    }
    const types = Object.entries(parameters).map(([parameter, json]) => {
      return [parameter, parameterType(json)] as const;
    });
    if (types.length > CONDITION_PARAMETERS_MAX) {
      exceeded('parameters of a condition', CONDITION_PARAMETERS_MAX);
    }
    const condition = { name, expression, parameters: new Map(types) };
    this.#places.set(condition, place);
    return condition;
  }

  #checkName(what: string, name: string, bytesMax: number, place: Place): void {
    if (RESERVED.has(name)) {
      this.#mistakes.add(place, `${what} expected a name of its own, got ${name}`);
    } else if (name.length > bytesMax) {
      const expected = `${what} expected a name of at most ${bytesMax} bytes`;
      this.#mistakes.add(place, `${expected}, got ${name.length}`);
    }
  }
}

function nameKey(typeIndex: number, word: string, name = ''): string {
  return word === 'type' ? `type ${typeIndex}` : `define ${typeIndex} ${name}`;
}

function subjectType({ type, relation, wildcard, condition }: JsonSubject): SubjectType {
  return {
    type,
    isWildcard: wildcard !== undefined,
    ...(relation !== undefined && { relation }),
    ...(condition !== undefined && { condition }),
  };
}

function parameterType(json: JsonParameterType): ParameterType {
  const name = json.type_name.replace('TYPE_NAME_', '').toLowerCase();
  const [element] = json.generic_types ?? [];
  if (element !== undefined) {
    assert(name === 'list' || name === 'map', 'only lists and maps have elements');
    return { kind: name, element: parameterType(element) };
  }
  const kind = SCALAR_KINDS.find((scalar) => scalar === name);
  assert(kind !== undefined, 'the library gives no other kinds of parameters');
  return { kind };
}

function exceeded(what: string, limit: number): never {
  const message = `model expected at most ${limit} ${what}, got more`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
}
