/**
 * A model's text, read line by line into what it declares. Each line stands by itself, so that
 * after a mistake the reading goes on with the next one. Whether the names lead anywhere is asked
 * later. The grammar is that of OpenFGA's language, schema 1.1; beyond it, the parameters of a
 * condition may stand on several lines and be of type `any`.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  CONDITION_LENGTH_MAX,
  CONDITION_NAME_BYTES_MAX,
  CONDITION_PARAMETERS_MAX,
  MODEL_CONDITIONS_MAX,
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
  type ParameterType,
  type Relation,
  type Rewrite,
  SCALAR_KINDS,
  type SubjectType,
} from './model.ts';
import type { ModelMistakes } from './model-mistakes.ts';
import { BUT_NOT, ModelScanner, type Name, SyntaxMistake } from './model-scanner.ts';

/** A model whose names may lead nowhere yet. */
export interface DeclaredModel extends Model {
  /** Where a type, relation, rewrite, subject or condition stands in the text. */
  readonly places: ReadonlyMap<object, number>;
}

const LINE_WORDS: readonly string[] = ['type', 'extend', 'define', 'condition'];
/** Taken by the language of OpenFGA's JSON form. */
const RESERVED: ReadonlySet<string> = new Set(['self', 'this']);
const CONTAINERS = ['list', 'map'] as const;
const TYPE_WORDS: ReadonlySet<string> = new Set([...SCALAR_KINDS, ...CONTAINERS]);
/** A condition's use follows `with`, where the words of the language are no names. */
const CONDITION_WORDS: ReadonlySet<string> = new Set([...TYPE_WORDS].filter((w) => w !== 'any'));

export function readModel(text: string, mistakes: ModelMistakes): DeclaredModel {
  return new ModelReader(text, mistakes).read();
}

interface OpenType {
  readonly name: string;
  readonly relations: Map<string, Relation>;
}

class ModelReader {
  readonly #scanner: ModelScanner;
  readonly #mistakes: ModelMistakes;
  readonly #types = new Map<string, OpenType>();
  readonly #conditions = new Map<string, Condition>();
  readonly #places = new Map<object, number>();
  #type: OpenType | undefined;
  #parts = 0;

  constructor(text: string, mistakes: ModelMistakes) {
    this.#scanner = new ModelScanner(text);
    this.#mistakes = mistakes;
  }

  read(): DeclaredModel {
    const isModel = this.#attempt(() => this.#header());
    while (isModel && !this.#scanner.isAtEnd) {
      if (!this.#attempt(() => this.#line())) this.#scanner.skipToLine(LINE_WORDS);
    }
    return { types: this.#types, conditions: this.#conditions, places: this.#places };
  }

  /** Whether it could be read; else the mistake is noted. */
  #attempt(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      if (!(error instanceof SyntaxMistake)) throw error;
      this.#mistakes.add(error.offset, error.message);
      return false;
    }
  }

  #header(): void {
    const scanner = this.#scanner;
    scanner.spaceAndLines();
    if (!scanner.takeWord('model')) scanner.fail('model');
    scanner.expectLineEnd('model');
    if (!scanner.takeWord('schema')) scanner.fail('schema');
    scanner.expectSpace('schema');
    const { text, offset } = scanner.version();
    if (text !== '1.1' && text !== '1.2') {
      this.#mistakes.add(offset, `model expected schema 1.1, got ${text}`);
    }
    scanner.expectLineEnd('the schema version');
  }

  #line(): void {
    const scanner = this.#scanner;
    const { offset } = scanner;
    if (scanner.takeWord('type')) return this.#readType(offset);
    if (scanner.takeWord('define')) return this.#readRelation(offset);
    if (scanner.takeWord('condition')) return this.#readCondition();
    return scanner.fail('type, define or condition');
  }

  #readType(offset: number): void {
    const scanner = this.#scanner;
    this.#type = undefined;
    if (this.#conditions.size > 0) {
      throw new SyntaxMistake(offset, 'model expected conditions after all types, got a type');
    }
    scanner.expectSpace('type');
    const name = scanner.name("a type's name");
    scanner.expectLineEnd("a type's name");
    this.#checkName('type', name, OBJECT_TYPE_BYTES_MAX);
    const type = { name: name.text, relations: new Map<string, Relation>() };
    if (this.#types.has(name.text)) {
      this.#mistakes.add(name.offset, `type ${name.text} expected one declaration, got another`);
    } else {
      this.#types.set(name.text, type);
      this.#places.set(type, name.offset);
    }
    if (this.#types.size > MODEL_TYPES_MAX) exceeded('types', MODEL_TYPES_MAX);
    if (!scanner.takeWord('relations')) return;
    scanner.expectLineEnd('relations');
    if (scanner.peekWord() !== 'define') scanner.fail('define after relations');
    this.#type = type;
  }

  #readRelation(offset: number): void {
    const scanner = this.#scanner;
    const type = this.#type;
    if (type === undefined) {
      throw new SyntaxMistake(offset, 'model expected relations before define, got define');
    }
    scanner.expectSpace('define');
    const name = scanner.name("a relation's name");
    scanner.space();
    scanner.expect(':');
    scanner.space();
    this.#parts = 0;
    const subjects: SubjectType[] = [];
    const rewrite = this.#rewrite(subjects, 0);
    scanner.expectLineEnd('a relation');
    this.#checkName('relation', name, RELATION_BYTES_MAX);
    if (type.relations.has(name.text)) {
      const what = `relation ${type.name}#${name.text}`;
      this.#mistakes.add(name.offset, `${what} expected one definition, got another`);
      return;
    }
    const relation = { name: name.text, rewrite, subjects };
    type.relations.set(name.text, relation);
    this.#places.set(relation, name.offset);
    if (type.relations.size > TYPE_RELATIONS_MAX) exceeded('relations', TYPE_RELATIONS_MAX);
  }

  /** Operands under one operator. Only the very first may be a list of subjects. */
  #rewrite(subjects: SubjectType[] | undefined, depth: number): Rewrite {
    const scanner = this.#scanner;
    const first = this.#operand(subjects, depth);
    const parts = [first];
    const operator = this.#operator();
    if (operator === undefined) return first;
    do {
      scanner.expectSpace(operator);
      parts.push(this.#operand(undefined, depth));
    } while (operator !== BUT_NOT && this.#operator(operator) !== undefined);
    const [base, subtract] = parts;
    if (operator === BUT_NOT && base !== undefined && subtract !== undefined) {
      return { kind: 'exclusion', base, subtract };
    }
    return { kind: operator === 'or' ? 'union' : 'intersection', parts };
  }

  /** Passes the operator after the space here, if it is the one that may follow. */
  #operator(only?: string): string | undefined {
    const scanner = this.#scanner;
    if (!scanner.space()) return undefined;
    const word = scanner.peekWord();
    const isOperator = word === 'or' || word === 'and' || word === BUT_NOT;
    if (!isOperator) return undefined;
    if (only !== undefined && word !== only) scanner.fail(`${only} or parentheses`);
    scanner.take(word);
    return word;
  }

  #operand(subjects: SubjectType[] | undefined, depth: number): Rewrite {
    const scanner = this.#scanner;
    const { offset } = scanner;
    this.#parts++;
    if (this.#parts > REWRITE_PARTS_MAX) exceeded('operands in a relation', REWRITE_PARTS_MAX);
    if (scanner.take('(')) {
      if (depth >= REWRITE_DEPTH_MAX) exceeded('open parentheses', REWRITE_DEPTH_MAX);
      scanner.space();
      const rewrite = this.#rewrite(subjects, depth + 1);
      scanner.space();
      scanner.expect(')');
      return rewrite;
    }
    if (subjects !== undefined && scanner.take('[')) {
      this.#readSubjects(subjects);
      return this.#at({ kind: 'direct' }, offset);
    }
    const name = scanner.name("a relation's name");
    const hasFrom = scanner.isBeforeWord('from');
    if (!hasFrom) return this.#at({ kind: 'computed', relation: name.text }, offset);
    scanner.space();
    scanner.take('from');
    scanner.expectSpace('from');
    const tupleset = scanner.name("a relation's name").text;
    return this.#at({ kind: 'from', relation: name.text, tupleset }, offset);
  }

  #readSubjects(subjects: SubjectType[]): void {
    const scanner = this.#scanner;
    do {
      scanner.spaceAndLines();
      subjects.push(this.#subject());
      if (subjects.length > RELATION_SUBJECTS_MAX) {
        exceeded('subjects of a relation', RELATION_SUBJECTS_MAX);
      }
    } while (scanner.takeAcrossLines(',', ']') === ',');
  }

  #subject(): SubjectType {
    const scanner = this.#scanner;
    const { text: type, offset } = scanner.name("a type's name");
    const isWildcard = scanner.take(':');
    if (isWildcard) scanner.expect('*');
    const relation =
      !isWildcard && scanner.take('#') ? scanner.name("a relation's name").text : undefined;
    let condition: string | undefined;
    if (scanner.isBeforeWord('with')) {
      scanner.space();
      scanner.take('with');
      scanner.expectSpace('with');
      condition = scanner.plainName("a condition's name", CONDITION_WORDS).text;
    }
    const subject = {
      type,
      isWildcard,
      ...(relation !== undefined && { relation }),
      ...(condition !== undefined && { condition }),
    };
    return this.#at(subject, offset);
  }

  #readCondition(): void {
    const scanner = this.#scanner;
    this.#type = undefined;
    scanner.expectSpace('condition');
    const name = scanner.plainName("a condition's name", CONDITION_WORDS);
    scanner.space();
    scanner.expect('(');
    const parameters = this.#parameters();
    scanner.space();
    scanner.expect('{');
    const { text: expression, offset } = scanner.expression();
    scanner.expectLineEnd('a condition');
    this.#checkName('condition', name, CONDITION_NAME_BYTES_MAX);
    if (expression.length > CONDITION_LENGTH_MAX) {
      const expected = `condition ${name.text} expected at most ${CONDITION_LENGTH_MAX} characters`;
      this.#mistakes.add(offset, `${expected}, got ${expression.length}`);
      return;
    }
    if (this.#conditions.has(name.text)) {
      const what = `condition ${name.text} expected one definition, got another`;
      this.#mistakes.add(name.offset, what);
      return;
    }
    const condition = { name: name.text, expression, parameters };
    this.#conditions.set(name.text, condition);
    this.#places.set(condition, name.offset);
    if (this.#conditions.size > MODEL_CONDITIONS_MAX) exceeded('conditions', MODEL_CONDITIONS_MAX);
  }

  #parameters(): Map<string, ParameterType> {
    const scanner = this.#scanner;
    const parameters = new Map<string, ParameterType>();
    do {
      scanner.spaceAndLines();
      const { text, offset } = scanner.plainName("a parameter's name", TYPE_WORDS);
      scanner.space();
      scanner.expect(':');
      scanner.space();
      const type = this.#parameterType();
      if (parameters.has(text)) {
        this.#mistakes.add(offset, `parameter ${text} expected one declaration, got another`);
      }
      parameters.set(text, type);
      if (parameters.size > CONDITION_PARAMETERS_MAX) {
        exceeded('parameters of a condition', CONDITION_PARAMETERS_MAX);
      }
    } while (scanner.takeAcrossLines(',', ')') === ',');
    return parameters;
  }

  #parameterType(): ParameterType {
    const scanner = this.#scanner;
    const container = CONTAINERS.find((kind) => scanner.takeWord(kind));
    if (container === undefined) return this.#scalarType();
    scanner.expect('<');
    const element = this.#scalarType();
    scanner.expect('>');
    return { kind: container, element };
  }

  #scalarType(): ParameterType {
    const kind = SCALAR_KINDS.find((scalar) => this.#scanner.takeWord(scalar));
    return kind === undefined ? this.#scanner.fail('a type of parameters') : { kind };
  }

  #checkName(what: string, name: Name, bytesMax: number): void {
    if (RESERVED.has(name.text)) {
      this.#mistakes.add(name.offset, `${what} expected a name of its own, got ${name.text}`);
    } else if (name.text.length > bytesMax) {
      const expected = `${what} expected a name of at most ${bytesMax} bytes`;
      this.#mistakes.add(name.offset, `${expected}, got ${name.text.length}`);
    }
  }

  #at<T extends object>(declared: T, offset: number): T {
    this.#places.set(declared, offset);
    return declared;
  }
}

function exceeded(what: string, limit: number): never {
  const message = `model expected at most ${limit} ${what}, got more`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
}
