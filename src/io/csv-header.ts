/**
 * Reads the header of a CSV file: what each column is, and whether the rows are nodes or edges.
 * Two forms are known, and one header may be of either:
 *   Neo4j    nodes  code:ID(Airport),name,runways:int,:LABEL
 *            edges  :START_ID(Airport),:END_ID(Airport),:TYPE,dist:int
 *   Neptune  nodes  ~id,~label,code:string
 *            edges  ~id,~from,~to,~label,dist:int
 */

import { ErrorCode } from '../base/errors.ts';
import { Scalar } from '../definition/definition.ts';
import { CsvMistake } from './csv-mistake.ts';

/** A column of ids. Ids are told apart within one id space; the unnamed one is ''. */
export interface IdColumn {
  readonly index: number;
  readonly space: string;
}

export interface PropertyColumn {
  readonly index: number;
  readonly name: string;
  readonly scalar: Scalar;
  /** The type as the header has it, where its values are fewer than those of the scalar. */
  readonly narrow?: NarrowType;
}

export const NarrowType = { BYTE: 'byte', SHORT: 'short', CHAR: 'char' } as const;
export type NarrowType = (typeof NarrowType)[keyof typeof NarrowType];

export interface NodeHeader {
  readonly kind: 'nodes';
  readonly file: string;
  readonly id: IdColumn;
  /** What the header calls the id: `code` of `code:ID`. */
  readonly idName: string | undefined;
  readonly label: number;
  readonly properties: readonly PropertyColumn[];
}

export interface EdgeHeader {
  readonly kind: 'edges';
  readonly file: string;
  /** Index of the column that tells parallel edges apart; most files have none. */
  readonly id: number | undefined;
  readonly from: IdColumn;
  readonly to: IdColumn;
  readonly label: number;
  readonly properties: readonly PropertyColumn[];
}

export type CsvHeader = NodeHeader | EdgeHeader;

/** Reads the first row of a file. */
export function readHeader(file: string, fields: readonly string[]): CsvHeader {
  expectForm(fields);
  const columns = fields.map((text, index) => readColumn(text.trim(), index));
  const seen = new Set<string>();
  for (const { role, index, name } of columns) {
    if (role === Role.IGNORED) continue;
    const subject = role === Role.PROPERTY ? `"${name}"` : `the ${role}`;
    if (seen.has(subject)) {
      throw new CsvMistake(`a header expected ${subject} once, got it again`, {
        row: 0,
        field: index,
      });
    }
    seen.add(subject);
  }
  return assemble(file, columns);
}

const Role = {
  ID: 'id',
  LABEL: 'label',
  FROM: 'start id',
  TO: 'end id',
  PROPERTY: 'property',
  IGNORED: 'ignored',
} as const;
type Role = (typeof Role)[keyof typeof Role];

interface Column {
  readonly role: Role;
  readonly index: number;
  readonly name: string;
  readonly space: string;
  readonly scalar: Scalar;
  readonly narrow: NarrowType | undefined;
}

/** Names of roles in a header, to tell a file with another separator from one without them. */
const ROLE_NAME = /~(?:id|label|from|to)\b|:(?:ID|LABEL|TYPE|START_ID|END_ID)\b/i;
const OTHER_SEPARATORS: ReadonlyMap<string, string> = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
]);

const NEPTUNE_ROLES: ReadonlyMap<string, Role> = new Map([
  ['~id', Role.ID],
  ['~label', Role.LABEL],
  ['~from', Role.FROM],
  ['~to', Role.TO],
]);

const NEO4J_ROLES: ReadonlyMap<string, Role> = new Map([
  ['ID', Role.ID],
  ['LABEL', Role.LABEL],
  ['TYPE', Role.LABEL],
  ['START_ID', Role.FROM],
  ['END_ID', Role.TO],
  ['IGNORE', Role.IGNORED],
]);

const SCALARS: ReadonlyMap<string, Scalar> = new Map([
  ['', Scalar.String],
  ['string', Scalar.String],
  ['char', Scalar.String],
  ['byte', Scalar.Int],
  ['short', Scalar.Int],
  ['int', Scalar.Int],
  ['integer', Scalar.Int],
  ['long', Scalar.BigInt],
  ['float', Scalar.Float],
  ['double', Scalar.Float],
  ['bool', Scalar.Boolean],
  ['boolean', Scalar.Boolean],
  ['date', Scalar.DateTime],
  ['datetime', Scalar.DateTime],
  ['localdatetime', Scalar.DateTime],
  ['duration', Scalar.Duration],
]);

/** Types of both formats for which there is no scalar. */
const UNSUPPORTED_TYPES = /^(?:time|localtime|point)$/;

/** Line ends and separators that are not known would make one field of the whole header. */
function expectForm(fields: readonly string[]): void {
  const start = { row: 0, field: 0 };
  if (fields.some((text) => text.includes('\r'))) {
    throw new CsvMistake('a line expected to end in LF or CRLF, got CR alone', start);
  }
  const [only = ''] = fields;
  if (fields.length > 1 || !ROLE_NAME.test(only)) return;
  for (const [separator, name] of OTHER_SEPARATORS) {
    if (!only.includes(separator)) continue;
    throw new CsvMistake(`a header expected commas between its columns, got ${name}`, start);
  }
}

function readColumn(text: string, index: number): Column {
  const plain = { index, name: '', space: '', scalar: Scalar.String, narrow: undefined };
  const place = { row: 0, field: index };
  if (text.startsWith('~')) {
    const role = NEPTUNE_ROLES.get(text.toLowerCase());
    if (role !== undefined) return { ...plain, role };
    throw new CsvMistake(`a header expected ~id, ~label, ~from or ~to, got "${text}"`, place);
  }
  const [, declared = text, options = ''] = /^(.*:[^{]*)(\{.*\})$/.exec(text) ?? [];
  const colon = declared.lastIndexOf(':');
  const name = colon < 0 ? declared : declared.slice(0, colon);
  const type = colon < 0 ? '' : declared.slice(colon + 1);
  const [, word = '', space = ''] = /^([A-Z_]+)(?:\((.*)\))?$/i.exec(type) ?? [];
  // Options of an id say how Neo4j stores and looks it up: ids are text here, whatever they say.
  const role = NEO4J_ROLES.get(word.toUpperCase());
  if (role !== undefined) return { ...plain, role, name, space };
  if (name === '') throw new CsvMistake(`a column expected a name, got "${text}"`, place);
  const unsupported = (expected: string, got: string): CsvMistake =>
    new CsvMistake(
      `column "${name}" expected ${expected}, got ${got}`,
      place,
      ErrorCode.UNSUPPORTED,
    );
  if (type.endsWith('[]') || /\(set\)$/i.test(type)) {
    throw unsupported('a type of one value', `the list "${type}"`);
  }
  if (options !== '') throw unsupported('a type without options', `"${type}${options}"`);
  return { ...plain, role: Role.PROPERTY, name, ...readType(type, unsupported) };
}

function readType(
  type: string,
  unsupported: (expected: string, got: string) => CsvMistake,
): { readonly scalar: Scalar; readonly narrow: NarrowType | undefined } {
  const word = type.replace(/\(single\)$/i, '').toLowerCase();
  const scalar = SCALARS.get(word);
  const narrow = Object.values(NarrowType).find((name) => name === word);
  if (scalar !== undefined) return { scalar, narrow };
  const known = [...SCALARS.keys()].filter((key) => key !== '').join(', ');
  const mistake = unsupported(`one of ${known}`, `"${type}"`);
  if (UNSUPPORTED_TYPES.test(word)) throw mistake;
  throw new CsvMistake(mistake.message, mistake.place);
}

function assemble(file: string, columns: readonly Column[]): CsvHeader {
  const find = (role: Role): Column | undefined => columns.find((column) => column.role === role);
  const need = (role: Role, names: string): Column => {
    const column = find(role);
    if (column !== undefined) return column;
    throw new CsvMistake(`a header expected ${names}, got none`, { row: 0, field: 0 });
  };
  const properties = columns
    .filter((column) => column.role === Role.PROPERTY)
    .map(({ index, name, scalar, narrow }) => ({
      index,
      name,
      scalar,
      ...(narrow === undefined ? {} : { narrow }),
    }));
  if (find(Role.FROM) !== undefined || find(Role.TO) !== undefined) {
    const from = need(Role.FROM, 'a :START_ID or ~from column beside the end id');
    const to = need(Role.TO, 'an :END_ID or ~to column beside the start id');
    const label = need(Role.LABEL, 'a :TYPE or ~label column for the types of edges');
    const id = find(Role.ID)?.index;
    return { kind: 'edges', file, id, from, to, label: label.index, properties };
  }
  const id = need(Role.ID, 'an id column (:ID or ~id, for edges :START_ID or ~from)');
  const label = need(Role.LABEL, 'a :LABEL or ~label column for the types of nodes');
  const idName = id.name === '' ? undefined : id.name;
  return { kind: 'nodes', file, id, idName, label: label.index, properties };
}
