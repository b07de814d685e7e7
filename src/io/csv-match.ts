/**
 * Leads labels and columns of a CSV file to types and fields. Names match as they are, else by the
 * name that inference gives them, else without regard to case and punctuation where that leaves
 * one candidate. Where there is no definition yet, labels and columns are taken by their own names.
 */

import { ErrorCode } from '../base/errors.ts';
import {
  type Definition,
  type EnumType,
  Scalar,
  type ScalarField,
} from '../definition/definition.ts';
import { describeEnum, scalarFields, typeTextOf } from '../definition/fields.ts';
import { fieldName, graphqlName } from '../definition/infer-names.ts';
import type { Value } from '../delta/value.ts';
import type { EdgeHeader, NarrowType, NodeHeader, PropertyColumn } from './csv-header.ts';
import type { FieldPlace } from './csv-locate.ts';
import { CsvMistake } from './csv-mistake.ts';
import { expectedForm, expectedNarrowForm, isNarrowValue, parseCsvValue } from './csv-value.ts';

interface ColumnPlan {
  readonly index: number;
  readonly name: string;
  /** Undefined where the type has no such field: then no row of the type may have a value. */
  readonly path: string | undefined;
  readonly scalar: Scalar;
  readonly enumType?: EnumType | undefined;
  readonly narrow?: NarrowType;
}

const SHOWN_CHARACTERS_MAX = 100;

/** Between the labels of a node that has several. */
const LABEL_SEPARATOR = ';';
/** The column of all labels of such a node, of which the first is its type. */
const LABELS_COLUMN = 'labels';

export interface RowPlan {
  /** Name of the node or edge type. */
  readonly type: string;
  /** Sorted by path, so that the order of columns in a file does not matter. */
  readonly columns: readonly ColumnPlan[];
  /** Fields that hold more than a file says: those with a default or a time of writing. */
  readonly generated: readonly ScalarField[];
}

export interface NodePlan extends RowPlan {
  /** Index of the column that holds the natural key. */
  readonly key: number;
}

export interface PathValue {
  readonly path: string;
  readonly value: Value;
}

/** What rows of one label in a node file become. `place` is that of the label. */
export function planNodes(
  header: NodeHeader,
  at: { readonly label: string; readonly place: FieldPlace },
  definition: Definition | undefined,
): NodePlan {
  const [label = '', ...others] = splitLabels(at.label);
  const labels = { index: header.label, name: LABELS_COLUMN, scalar: Scalar.String };
  const properties = others.length === 0 ? header.properties : [...header.properties, labels];
  if (definition === undefined) {
    const columns = ownColumns(properties);
    return { type: label, key: header.id.index, columns, generated: [] };
  }
  const name = matchName(label, [...definition.nodeTypes.keys()]);
  const type = name === undefined ? undefined : definition.nodeTypes.get(name);
  if (type === undefined) {
    throw new CsvMistake(`a label expected a node type, got "${label}"`, at.place);
  }
  if (type.key === undefined) {
    const message = `${type.name} expected an @id field for the ids of the file, got none`;
    throw new CsvMistake(message, { row: 0, field: header.id.index });
  }
  const fields = scalarFields(type.fields);
  const columns = matchColumns(properties, fields);
  const isKey = ({ path }: ColumnPlan): boolean => path === type.key?.path;
  return {
    type: type.name,
    // A file can bring its own ids and hold the natural key as well: ids then only join its rows.
    key: columns.find(isKey)?.index ?? header.id.index,
    columns: columns.filter((column) => !isKey(column)),
    generated: fields.filter(isGenerated),
  };
}

/** What rows of one label in an edge file become; undefined where there is no such edge type. */
export function planEdges(
  header: EdgeHeader,
  label: string,
  definition: Definition | undefined,
): RowPlan | undefined {
  if (definition === undefined) {
    return { type: label, columns: ownColumns(header.properties), generated: [] };
  }
  const name = matchName(label, [...definition.edgeTypes.keys()]);
  const type = name === undefined ? undefined : definition.edgeTypes.get(name);
  if (type === undefined) return undefined;
  const fields = scalarFields(type.properties?.fields ?? []);
  return {
    type: type.name,
    columns: matchColumns(header.properties, fields),
    generated: fields.filter(isGenerated),
  };
}

/** The labels of a node, of which the first is its type. */
export function splitLabels(text: string): string[] {
  const labels = text.split(LABEL_SEPARATOR).map((label) => label.trim());
  return [...new Set(labels.filter((label) => label !== ''))];
}

export function unknownEdgeType(label: string): string {
  return `a label expected an edge type, got "${label}"`;
}

/** The values of a row by path; an empty field is an absent value. */
export function readValues(plan: RowPlan, fields: readonly string[], row: number): PathValue[] {
  const values: PathValue[] = [];
  for (const column of plan.columns) {
    const { index, name, path } = column;
    const text = fields[index] ?? '';
    if (text === '') continue;
    if (path === undefined) {
      const message = `column "${name}" expected a field of ${plan.type} by this name, got none`;
      throw new CsvMistake(message, { row: 0, field: index });
    }
    const read = readColumn(column, text);
    if ('expected' in read) {
      const message = `${plan.type}.${path} expected ${read.expected}, got ${shown(text)}`;
      throw new CsvMistake(message, { row, field: index });
    }
    values.push({ path, value: read.value });
  }
  return values;
}

/** The value of a text, or what a text of this column is expected to be. */
function readColumn(
  { scalar, enumType, narrow }: ColumnPlan,
  text: string,
): { readonly value: Value } | { readonly expected: string } {
  if (enumType !== undefined) {
    const value = text.trim();
    return enumType.names.includes(value) ? { value } : { expected: describeEnum(enumType) };
  }
  const value = parseCsvValue(text, scalar);
  if (value === undefined) return { expected: expectedForm(scalar) };
  if (narrow === undefined || isNarrowValue(value, narrow)) return { value };
  return { expected: expectedNarrowForm(narrow) };
}

/** Text of a file in a message, cut where it is long. */
export function shown(text: string): string {
  const characters = [...text.slice(0, 2 * SHOWN_CHARACTERS_MAX)];
  if (characters.length <= SHOWN_CHARACTERS_MAX) return `"${text}"`;
  return `"${characters.slice(0, SHOWN_CHARACTERS_MAX).join('')}…"`;
}

function isGenerated(field: ScalarField): boolean {
  return field.defaultValue !== undefined || field.timestamp !== undefined;
}

function ownColumns(columns: readonly PropertyColumn[]): ColumnPlan[] {
  return sortByPath(columns.map((column) => ({ ...column, path: column.name })));
}

function matchColumns(
  columns: readonly PropertyColumn[],
  fields: readonly ScalarField[],
): ColumnPlan[] {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const taken = new Map<string, string>();
  const plans = columns.map((column) => {
    const { index, name, scalar } = column;
    const field = byPath.get(matchField(name, byPath) ?? '');
    const other = field === undefined ? undefined : taken.get(field.path);
    if (field !== undefined && other !== undefined) {
      const message = `column "${name}" expected a field of its own, got that of "${other}"`;
      throw new CsvMistake(message, { row: 0, field: index });
    }
    if (field?.isList === true) {
      const message = `column "${name}" expected a field of one value, got ${typeTextOf(field)}`;
      throw new CsvMistake(message, { row: 0, field: index }, ErrorCode.UNSUPPORTED);
    }
    if (field !== undefined) taken.set(field.path, name);
    const type = { scalar: field?.scalar ?? scalar, enumType: field?.enumType };
    return { ...column, path: field?.path, ...type };
  });
  return sortByPath(plans);
}

function matchField(column: string, byPath: ReadonlyMap<string, ScalarField>): string | undefined {
  // An inferred key takes its name before a column of the same name, which gives way by a `_`.
  const name = fieldName(column);
  if (byPath.get(name)?.isKey === true && byPath.has(`${name}_`)) return `${name}_`;
  return matchName(column, [...byPath.keys()]);
}

export function matchName(wanted: string, names: readonly string[]): string | undefined {
  const adapted = graphqlName(wanted);
  for (const name of [wanted, adapted, `${adapted}_`]) if (names.includes(name)) return name;
  const alike = names.filter((name) => fold(name) === fold(wanted));
  return alike.length === 1 ? alike[0] : undefined;
}

function fold(name: string): string {
  return name.replace(/[^\p{L}\p{N}.]+/gu, '').toLowerCase();
}

function sortByPath(columns: readonly ColumnPlan[]): ColumnPlan[] {
  const name = (column: ColumnPlan): string => column.path ?? column.name;
  return columns.toSorted((left, right) => (name(left) < name(right) ? -1 : 1));
}
