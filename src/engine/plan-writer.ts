/** Writes a plan into the words that the engine runs (assembly/abi.ts draws them). */

import * as abi from '../../assembly/abi.ts';
import {
  ElementKind,
  type Field,
  Figure,
  type Form,
  Format,
  type Item,
  type Member,
  type Page,
  type Plan,
  type Rows,
  type Shape,
} from './plan.ts';
import { putField, putWalk, WALK_WORDS } from './plan-conditions.ts';
import { writeLookups } from './plan-lookups.ts';
import { writePlace, writeRows } from './plan-rows.ts';
import { SlotTable } from './plan-slots.ts';
import { CHUNK_BYTES, PlanWords } from './plan-words.ts';
import type { SymbolTable } from './symbol-table.ts';

const MEMBERS_AT = 3;
const MEMBER_WORDS = 6;
const CASES_AT = 1;
const CASE_WORDS = 4;

export interface WrittenPlan {
  readonly words: PlanWords;
  /** Offset of its members. */
  readonly members: number;
}

const FORMATS = {
  [Format.ANY]: abi.FORMAT_ANY,
  [Format.INT32]: abi.FORMAT_INT32,
  [Format.INT64_TEXT]: abi.FORMAT_INT64_TEXT,
  [Format.FLOAT]: abi.FORMAT_FLOAT,
  [Format.TEXT]: abi.FORMAT_TEXT,
  [Format.BOOLEAN]: abi.FORMAT_BOOLEAN,
  [Format.TIMESTAMP]: abi.FORMAT_TIMESTAMP,
  [Format.BYTES]: abi.FORMAT_BYTES,
  [Format.JSON]: abi.FORMAT_JSON,
  [Format.DURATION]: abi.FORMAT_DURATION,
} as const;

function formatWord({ format, among, isList }: Form): number {
  const ofOne = among === undefined ? FORMATS[format] : abi.FORMAT_ENUM;
  return isList === true ? ofOne + abi.FORMAT_LIST : ofOne;
}

const FIGURES = {
  [Figure.MIN]: abi.FIGURE_MIN,
  [Figure.MAX]: abi.FIGURE_MAX,
  [Figure.SUM]: abi.FIGURE_SUM,
  [Figure.AVERAGE]: abi.FIGURE_AVERAGE,
  [Figure.SHORTEST]: abi.FIGURE_SHORTEST,
  [Figure.LONGEST]: abi.FIGURE_LONGEST,
} as const;

/** Shapes that are a word alone. */
const PARTS = {
  totalCount: abi.SHAPE_TOTAL_COUNT,
  hasNextPage: abi.SHAPE_HAS_NEXT,
  hasPreviousPage: abi.SHAPE_HAS_PREVIOUS,
  startCursor: abi.SHAPE_START_CURSOR,
  endCursor: abi.SHAPE_END_CURSOR,
  cursor: abi.SHAPE_CURSOR,
  length: abi.SHAPE_LENGTH,
  weight: abi.SHAPE_WEIGHT,
} as const;

/** Throws INVALID_INPUT for a value that no node can hold, LIMIT_EXCEEDED for what is too deep. */
export function writePlan(symbols: SymbolTable, plan: Plan): WrittenPlan {
  const words = new PlanWords(symbols);
  return { words, members: new ShapeWriter(words, {}).members(plan.members) };
}

interface ShapeContext {
  /** Of the row: the properties that are found together. */
  readonly slots?: SlotTable;
  readonly figures?: FigureTable;
  readonly by?: readonly Field[];
}

class ShapeWriter {
  readonly #words: PlanWords;
  readonly #slots: SlotTable | undefined;
  /** Of the aggregate or group that is written: the fields that have figures. */
  readonly #figures: FigureTable;
  readonly #by: readonly Field[];

  constructor(words: PlanWords, { slots, figures = new FigureTable(), by = [] }: ShapeContext) {
    this.#words = words;
    this.#slots = slots;
    this.#figures = figures;
    this.#by = by;
  }

  members(members: readonly Member[]): number {
    const words = this.#words;
    const at = words.reserve(MEMBERS_AT + members.length * MEMBER_WORDS);
    let room = 2 + CHUNK_BYTES;
    let slotCount = 0;
    for (const [index, { name, shape }] of members.entries()) {
      const word = MEMBERS_AT + index * MEMBER_WORDS;
      const text = words.text(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
      words.linkText(at, word, text);
      const shaped = words.within(() => this.#shape(shape));
      words.link(at, word + 2, shaped);
      if (shape.kind === 'value' && this.#putSlot(at, word + 3, shape)) slotCount += 1;
      room += text.bytes + abi.VALUE_BYTES_ROOM;
    }
    words.set(at, 0, members.length);
    words.set(at, 1, room);
    words.set(at, 2, slotCount === members.length ? 1 : 0);
    return at;
  }

  /** Returns whether the value has a slot. */
  #putSlot(at: number, word: number, shape: Extract<Shape, { kind: 'value' }>): boolean {
    const required = shape.isRequired === true ? abi.MEMBER_REQUIRED : 0;
    this.#words.set(at, word + 1, formatWord(shape) + required);
    return this.#slots?.give(shape.field, { at, word }) ?? false;
  }

  #shape(shape: Shape): number {
    switch (shape.kind) {
      case 'literal': {
        const at = this.#op(abi.SHAPE_LITERAL, 3);
        this.#words.linkText(at, 1, this.#words.text(shape.json));
        return at;
      }
      case 'value': {
        const at = this.#op(abi.SHAPE_VALUE, 4 + abi.FIELD_WORDS);
        this.#putForm(at, shape);
        this.#words.set(at, 3, shape.isRequired === true ? 1 : 0);
        putField(this.#words, at, 4, shape.field);
        return at;
      }
      case 'version': {
        const { paths } = shape;
        const at = this.#op(abi.SHAPE_VERSION, 2 + paths.length * abi.FIELD_WORDS);
        this.#words.set(at, 1, paths.length);
        this.#putFields(at, 2, paths.map(nodeProperty));
        return at;
      }
      case 'object':
        return this.#object(shape);
      case 'list':
      case 'one': {
        const at = this.#op(shape.kind === 'list' ? abi.SHAPE_LIST : abi.SHAPE_ONE, 3);
        this.#words.link(at, 1, writeRows(this.#words, shape.rows));
        this.#words.link(at, 2, this.#item(shape.item));
        return at;
      }
      case 'lookups': {
        const at = this.#op(abi.SHAPE_LIST, 3);
        this.#words.link(at, 1, writeLookups(this.#words, shape));
        this.#words.link(at, 2, this.#item(shape.item));
        return at;
      }
      case 'count': {
        const at = this.#op(abi.SHAPE_COUNT, 2);
        this.#words.link(at, 1, writeRows(this.#words, shape.rows));
        return at;
      }
      case 'page':
        return this.#page(shape);
      case 'aggregate':
      case 'groups':
        return this.#figured(shape);
      case 'shortestPath':
        return this.#shortestPath(shape);
      default:
        return this.#part(shape);
    }
  }

  /** What stands within something else alone. */
  #part(shape: Extract<Shape, { kind: PartKind }>): number {
    switch (shape.kind) {
      case 'items':
      case 'pathNodes':
      case 'pathEdges': {
        const at = this.#op(ITEM_PARTS[shape.kind], 2);
        this.#words.link(at, 1, this.#item(shape.item));
        return at;
      }
      case 'countOf': {
        const at = this.#op(abi.SHAPE_COUNT_OF, 2);
        this.#words.set(at, 1, shape.field === undefined ? 0 : this.#figures.of(shape.field));
        return at;
      }
      case 'countNodes':
        this.#figures.asks |= abi.FIGURES_NODES;
        return this.#op(abi.SHAPE_COUNT_NODES, 1);
      case 'figure': {
        const at = this.#op(abi.SHAPE_FIGURE, 5);
        this.#putForm(at, shape);
        this.#words.set(at, 3, FIGURES[shape.figure]);
        this.#words.set(at, 4, this.#figures.of(shape.field));
        if (isOfLength(shape.figure)) this.#figures.asks |= abi.FIGURES_LENGTHS;
        return at;
      }
      case 'groupValue': {
        const at = this.#op(abi.SHAPE_GROUP_VALUE, 3 + abi.FIELD_WORDS);
        this.#putForm(at, shape);
        const field = this.#by[shape.index];
        if (field !== undefined) putField(this.#words, at, 3, field);
        return at;
      }
      default:
        return this.#op(PARTS[shape.kind], 1);
    }
  }

  #object({ members, unlessAllMissing }: Extract<Shape, { kind: 'object' }>): number {
    // All of no fields lack a value.
    if (unlessAllMissing?.length === 0) return this.#shape({ kind: 'literal', json: 'null' });
    return this.#members(members, unlessAllMissing ?? []);
  }

  #members(members: readonly Member[], unlessAllMissing: readonly Field[]): number {
    const at = this.#op(abi.SHAPE_OBJECT, 3 + unlessAllMissing.length * abi.FIELD_WORDS);
    this.#words.link(at, 1, this.members(members));
    this.#words.set(at, 2, unlessAllMissing.length);
    this.#putFields(at, 3, unlessAllMissing);
    return at;
  }

  #page({ rows, page, members }: Extract<Shape, { kind: 'page' }>): number {
    const words = this.#words;
    const at = this.#op(abi.SHAPE_PAGE, 9);
    // Places are of an order.
    const ordered = { ...rows, keepsOrder: false };
    words.link(at, 1, writeRows(words, ordered, page.isFromEnd === true));
    words.link(at, 2, this.members(members));
    words.set(at, 3, page.size);
    words.set(at, 4, pageFlags(page, members));
    words.link(at, 5, page.after === undefined ? 0 : writePlace(words, page.after));
    words.link(at, 6, page.before === undefined ? 0 : writePlace(words, page.before));
    words.linkText(at, 7, words.text(JSON.stringify(page.scope)));
    return at;
  }

  #figured(shape: Extract<Shape, { kind: 'aggregate' | 'groups' }>): number {
    const words = this.#words;
    const by = shape.kind === 'groups' ? shape.by : [];
    const figures = new FigureTable();
    const members = new ShapeWriter(words, { figures, by }).members(shape.members);
    const kind = shape.kind === 'groups' ? abi.SHAPE_GROUPS : abi.SHAPE_AGGREGATE;
    const { fields } = figures;
    const at = this.#op(kind, 5 + fields.length * abi.FIELD_WORDS);
    const order = by.map((field) => ({ field }));
    const rows: Rows = { ...shape.rows, order, keepsOrder: false };
    words.link(at, 1, writeRows(words, rows));
    words.link(at, 2, members);
    words.set(at, 3, figures.asks);
    words.set(at, 4, fields.length);
    this.#putFields(at, 5, fields);
    return at;
  }

  #shortestPath({ search, members }: Extract<Shape, { kind: 'shortestPath' }>): number {
    const words = this.#words;
    const at = this.#op(abi.SHAPE_SHORTEST_PATH, 6 + WALK_WORDS);
    // They are about another row, whose properties have no slots.
    words.link(at, 1, new ShapeWriter(words, {}).members(members));
    for (const [index, id] of [search.from, search.to].entries()) {
      const place = words.reserve(abi.ID_BYTES / 4);
      words.id(place, id);
      words.link(at, 2 + index, place);
    }
    words.set(at, 4, Math.min(search.most ?? NO_BOUND, NO_BOUND));
    const { weight } = search;
    words.set(at, 5, weight === undefined ? 0 : words.symbol(abi.SYMBOL_PATH, weight));
    putWalk(words, at, 6, search);
    return at;
  }

  #item(item: Item): number {
    const words = this.#words;
    const cases = 'cases' in item ? item.cases : [{ type: undefined, members: item.members }];
    const at = words.reserve(CASES_AT + cases.length * CASE_WORDS);
    words.set(at, 0, cases.length);
    for (const [index, { type, members }] of cases.entries()) {
      const word = CASES_AT + index * CASE_WORDS;
      const slots = new SlotTable(words);
      const writer = new ShapeWriter(words, { slots });
      words.set(at, word, type === undefined ? 0 : words.symbol(abi.SYMBOL_NODE_TYPE, type));
      words.link(at, word + 1, writer.members(members));
      words.link(at, word + 2, slots.write(ElementKind.NODE));
      words.link(at, word + 3, slots.write(ElementKind.EDGE));
    }
    return at;
  }

  #putFields(at: number, word: number, fields: readonly Field[]): void {
    for (const [index, field] of fields.entries()) {
      putField(this.#words, at, word + index * abi.FIELD_WORDS, field);
    }
  }

  #putForm(at: number, form: Form): void {
    const { among } = form;
    this.#words.set(at, 1, formatWord(form));
    this.#words.link(at, 2, among === undefined ? 0 : this.#words.texts(among));
  }

  #op(kind: number, count: number): number {
    const at = this.#words.reserve(count);
    this.#words.set(at, 0, kind);
    return at;
  }
}

function nodeProperty(path: string): Field {
  return { kind: 'property', of: ElementKind.NODE, path };
}

function isOfLength(figure: Figure): boolean {
  return figure === Figure.SHORTEST || figure === Figure.LONGEST;
}

/** What an aggregate, or each group, finds out about its rows. */
class FigureTable {
  readonly fields: Field[] = [];
  /** What is found out beside the values of fields, FIGURES_... */
  asks = 0;

  /** The number of a field among those that have figures, from 1. */
  of(field: Field): number {
    const name = JSON.stringify(field);
    const known = this.fields.findIndex((each) => JSON.stringify(each) === name);
    return known >= 0 ? known + 1 : this.fields.push(field);
  }
}

type PartKind =
  | keyof typeof PARTS
  | keyof typeof ITEM_PARTS
  | ('countOf' | 'countNodes' | 'figure' | 'groupValue');

const ITEM_PARTS = {
  items: abi.SHAPE_ITEMS,
  pathNodes: abi.SHAPE_PATH_NODES,
  pathEdges: abi.SHAPE_PATH_EDGES,
} as const;

const NO_BOUND = 0xffff_ffff;

function pageFlags({ isFromEnd }: Page, members: readonly Member[]): number {
  const fromEnd = isFromEnd === true ? abi.PAGE_FROM_END : 0;
  return fromEnd + (needsTotal(members) ? abi.PAGE_NEEDS_TOTAL : 0);
}

function needsTotal(members: readonly Member[]): boolean {
  return members.some(
    ({ shape }) =>
      shape.kind === 'totalCount' || (shape.kind === 'object' && needsTotal(shape.members)),
  );
}
