/**
 * A permission model as the words that the engine walks (assembly/access/program.ts draws them).
 */

import * as access from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import type { ElementRules } from './element-rules.ts';
import { elementWords } from './element-words.ts';
import type { Model, ModelType, Relation, Rewrite, SubjectType } from './model.ts';
import { type ModelSymbols, placeOf, tablePlaces } from './program-table.ts';

const TABLE_AT = 4;
const ELEMENTS_WORD = 3;
const ENTRY_WORDS = 3;

/** The words of a program; the engine writes the first two itself. */
export function compileProgram(
  model: Model,
  rules: ElementRules,
  symbols: ModelSymbols,
): Uint32Array {
  const words = new ProgramWriter(model, symbols).write();
  const elements = elementWords(rules, symbols);
  words[ELEMENTS_WORD] = words.length * 4;
  return Uint32Array.from([...words, ...elements]);
}

/** The relations that walking decides: grants, computed relations and unions, to the end. */
export function walkedRelations(model: Model): ReadonlySet<Relation> {
  return closedUnder(model, isUnion);
}

interface Rule {
  readonly type: ModelType;
  readonly relation: Relation;
}

type Leaf = Extract<Rewrite, { kind: 'direct' | 'from' }>;

class ProgramWriter {
  readonly #model: Model;
  readonly #symbols: ModelSymbols;
  readonly #words: number[] = [];
  readonly #rules: Rule[];
  readonly #walked: ReadonlySet<Relation>;
  /** Those of walked relations that lead over no objects, and to no conditions. */
  readonly #closed: ReadonlySet<Relation>;
  /** Relations that grants are made to. */
  readonly #subjects: ReadonlySet<Relation>;
  readonly #flags = new Map<Relation, number>();
  /** Where rules and lists of subjects begin, in bytes. */
  readonly #ruleOffsets = new Map<Relation, number>();
  readonly #subjectOffsets = new Map<Relation, number>();
  /** Words that are the offset of a rule. */
  readonly #calls: { readonly word: number; readonly relation: Relation }[] = [];

  constructor(model: Model, symbols: ModelSymbols) {
    this.#model = model;
    this.#symbols = symbols;
    this.#rules = [...model.types.values()].flatMap((type) =>
      [...type.relations.values()].map((relation) => ({ type, relation })),
    );
    this.#walked = walkedRelations(model);
    this.#closed = closedUnder(model, isUnionOfGrants);
    this.#subjects = subjectRelations(model);
  }

  write(): number[] {
    const places = tablePlaces(this.#rules.length);
    this.#words.push(0, 0, places - 1, 0, ...new Array<number>(places * ENTRY_WORDS).fill(0));
    this.#findFlags();
    for (const { relation } of this.#rules) this.#writeSubjects(relation);
    for (const rule of this.#rules) this.#writeRule(rule);
    for (const { word, relation } of this.#calls) {
      this.#words[word] = this.#ruleOffsets.get(relation) ?? missing();
    }
    for (const rule of this.#rules) this.#enter(rule, places - 1);
    return this.#words;
  }

  get #offset(): number {
    return this.#words.length * 4;
  }

  #writeSubjects(relation: Relation): void {
    this.#subjectOffsets.set(relation, this.#offset);
    this.#words.push(relation.subjects.length);
    for (const subject of relation.subjects) this.#words.push(...this.#subjectWords(subject));
  }

  #subjectWords({ type, relation, isWildcard, condition }: SubjectType): number[] {
    const typeWord = this.#symbols.type(type) | (isWildcard ? access.OBJECT_ALL : 0);
    return [
      typeWord >>> 0,
      relation === undefined ? 0 : this.#symbols.relation(relation),
      condition === undefined ? 0 : this.#symbols.condition(condition),
    ];
  }

  #writeRule({ type, relation }: Rule): void {
    const own = relationsOfObject(type, relation);
    const leaves = leavesOf(own);
    const root = this.#walked.has(relation) ? 0 : this.#writeNode(type, relation, relation.rewrite);
    this.#ruleOffsets.set(relation, this.#offset);
    const subjects = this.#subjectOffsets.get(relation) ?? missing();
    this.#words.push(root, own.length, leaves.length, this.#flags.get(relation) ?? 0, subjects);
    for (const { name } of own) this.#words.push(this.#symbols.relation(name));
    for (const { holder, leaf } of leaves) this.#words.push(...this.#leafWords(type, holder, leaf));
  }

  /** What walks and closures ask of each relation, RULE_... */
  #findFlags(): void {
    for (const { relation } of this.#rules) {
      this.#flags.set(relation, this.#closed.has(relation) ? access.RULE_CLOSED : 0);
    }
    const returning = returningTypes(this.#model);
    for (const { type, relation } of this.#rules) {
      if (!this.#walked.has(relation) && returning.has(type)) {
        this.#flags.set(relation, (this.#flags.get(relation) ?? 0) | access.RULE_RETURNS);
      }
      if (!this.#closed.has(relation) || !this.#subjects.has(relation)) continue;
      for (const from of relationsOfObject(type, relation)) {
        const flag = from === relation ? access.RULE_LEADS : access.RULE_LEADS_ON;
        this.#flags.set(from, (this.#flags.get(from) ?? 0) | flag);
      }
    }
  }

  /** Writes a node after its parts, and returns its offset. */
  #writeNode(type: ModelType, relation: Relation, rewrite: Rewrite): number {
    const words = this.#nodeWords(type, relation, rewrite);
    const offset = this.#offset;
    if (rewrite.kind === 'computed') {
      this.#calls.push({
        word: this.#words.length + 1,
        relation: type.relations.get(rewrite.relation) ?? missing(),
      });
    }
    this.#words.push(...words);
    return offset;
  }

  #nodeWords(type: ModelType, relation: Relation, rewrite: Rewrite): number[] {
    switch (rewrite.kind) {
      case 'direct':
      case 'from':
        return this.#leafWords(type, relation, rewrite);
      case 'computed':
        return [access.NODE_COMPUTED, 0];
      case 'union':
      case 'intersection': {
        const kind = rewrite.kind === 'union' ? access.NODE_ANY : access.NODE_ALL;
        const parts = rewrite.parts.map((part) => this.#writeNode(type, relation, part));
        return [kind, parts.length, ...parts];
      }
      case 'exclusion': {
        const base = this.#writeNode(type, relation, rewrite.base);
        return [access.NODE_EXCEPT, base, this.#writeNode(type, relation, rewrite.subtract)];
      }
    }
  }

  #leafWords(type: ModelType, holder: Relation, leaf: Leaf): number[] {
    const isDirect = leaf.kind === 'direct';
    const granted = isDirect ? holder : (type.relations.get(leaf.tupleset) ?? missing());
    const subjects = this.#subjectOffsets.get(granted) ?? missing();
    const head = [this.#symbols.relation(granted.name), subjects];
    if (isDirect)
      return [access.NODE_DIRECT, ...head, this.#isClosed(holder) ? access.LEAF_CLOSED : 0];
    return [access.NODE_FROM, ...head, this.#symbols.relation(leaf.relation)];
  }

  /** Whether all sets that a relation may be granted to are of closed relations. */
  #isClosed({ subjects }: Relation): boolean {
    return subjects.every(({ type, relation }) => {
      const named = relation && this.#model.types.get(type)?.relations.get(relation);
      return named === undefined || named === '' || this.#closed.has(named);
    });
  }

  #enter({ type, relation }: Rule, mask: number): void {
    const symbols = [this.#symbols.type(type.name), this.#symbols.relation(relation.name)] as const;
    let place = placeOf(...symbols) & mask;
    while (this.#words[TABLE_AT + place * ENTRY_WORDS + 2] !== 0) place = (place + 1) & mask;
    const entry = [...symbols, this.#ruleOffsets.get(relation) ?? missing()];
    this.#words.splice(TABLE_AT + place * ENTRY_WORDS, ENTRY_WORDS, ...entry);
  }
}

/** The relations of the same object that one comes to by computed ones, itself first. */
function relationsOfObject(type: ModelType, relation: Relation): Relation[] {
  const found = new Set([relation]);
  for (const { rewrite } of found) {
    for (const name of computedIn(rewrite)) found.add(type.relations.get(name) ?? missing());
  }
  return [...found];
}

function leavesOf(relations: readonly Relation[]): { holder: Relation; leaf: Leaf }[] {
  const leaves = new Map<string, { holder: Relation; leaf: Leaf }>();
  for (const holder of relations) {
    for (const leaf of leavesIn(holder.rewrite)) {
      const names = leaf.kind === 'direct' ? [holder.name] : [leaf.tupleset, leaf.relation];
      leaves.set([leaf.kind, ...names].join(' '), { holder, leaf });
    }
  }
  return [...leaves.values()];
}

/** The relations that are of a kind, and so is all that they lead to. */
function closedUnder(model: Model, isOfKind: (relation: Relation) => boolean): Set<Relation> {
  const closed = new Set<Relation>();
  const rules = [...model.types.values()].flatMap((type) =>
    [...type.relations.values()].map((relation) => {
      if (isOfKind(relation)) closed.add(relation);
      return { relation, next: nextRelations(model, type, relation) };
    }),
  );
  for (let before = -1; before !== closed.size; ) {
    before = closed.size;
    for (const { relation, next } of rules) {
      if (next.some((other) => !closed.has(other))) closed.delete(relation);
    }
  }
  return closed;
}

/** Whether walking decides it: grants, computed relations and unions. */
function isUnion({ rewrite }: Relation): boolean {
  return partsOf(rewrite).every(({ kind }) => kind !== 'intersection' && kind !== 'exclusion');
}

/** The same without a step over other objects, and without conditions: these are a question's. */
function isUnionOfGrants(relation: Relation): boolean {
  const isPlain = relation.subjects.every(({ condition }) => condition === undefined);
  return isPlain && isUnion(relation) && leavesIn(relation.rewrite).every(isDirect);
}

function isDirect({ kind }: Leaf): boolean {
  return kind === 'direct';
}

/** The relations whose holders a grant may name together. */
function subjectRelations(model: Model): Set<Relation> {
  const found = new Set<Relation>();
  for (const { relations } of model.types.values()) {
    for (const { subjects } of relations.values()) {
      for (const { type, relation } of subjects) {
        const named = relation && model.types.get(type)?.relations.get(relation);
        if (named) found.add(named);
      }
    }
  }
  return found;
}

/** Types from whose objects grants may lead to others of the same type. */
function returningTypes(model: Model): Set<ModelType> {
  const next = new Map<string, ReadonlySet<string>>();
  for (const { name, relations } of model.types.values()) {
    const subjects = [...relations.values()].flatMap((relation) => relation.subjects);
    next.set(name, new Set(subjects.map(({ type }) => type)));
  }
  const returns = ({ name }: ModelType) => {
    const reached = new Set(next.get(name));
    for (const type of reached) for (const other of next.get(type) ?? []) reached.add(other);
    return reached.has(name);
  };
  return new Set([...model.types.values()].filter(returns));
}

/** What a relation leads to. */
export function nextRelations(model: Model, type: ModelType, relation: Relation): Relation[] {
  const next = computedIn(relation.rewrite).map((name) => type.relations.get(name) ?? missing());
  for (const leaf of leavesIn(relation.rewrite)) {
    const granted = leaf.kind === 'direct' ? relation : type.relations.get(leaf.tupleset);
    for (const subject of granted?.subjects ?? missing()) {
      const name = leaf.kind === 'direct' ? subject.relation : leaf.relation;
      const other = name === undefined ? name : model.types.get(subject.type)?.relations.get(name);
      if (other !== undefined) next.push(other);
    }
  }
  return next;
}

function computedIn(rewrite: Rewrite): string[] {
  return partsOf(rewrite).flatMap((part) => (part.kind === 'computed' ? [part.relation] : []));
}

function leavesIn(rewrite: Rewrite): Leaf[] {
  return partsOf(rewrite).filter((part) => part.kind === 'direct' || part.kind === 'from');
}

/** A rewrite and all that stands in it. */
function partsOf(rewrite: Rewrite): Rewrite[] {
  switch (rewrite.kind) {
    case 'union':
    case 'intersection':
      return [rewrite, ...rewrite.parts.flatMap(partsOf)];
    case 'exclusion':
      return [rewrite, ...partsOf(rewrite.base), ...partsOf(rewrite.subtract)];
    default:
      return [rewrite];
  }
}

function missing(): never {
  assert(false, 'a checked model names only relations that it has');
  throw new Error();
}
