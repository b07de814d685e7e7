/**
 * A plan as lines that people read: one for each list, count and path of the answer, with where
 * its rows come from, what they have to fulfil, their order and their limit; what stands within is
 * indented. It depends on the operation alone.
 */

import { EXPLAIN_LINE_LENGTH_MAX, EXPLAIN_LINES_MAX } from '../base/limits.ts';
import { IdValue, ListValue, MapMarker, Timestamp } from '../delta/value.ts';
import { Parameter } from '../engine/parameter.ts';
import {
  type Bound,
  type Condition,
  ElementKind,
  type Field,
  type Item,
  type Lengths,
  type LookupKey,
  type Member,
  type Page,
  type PathSearch,
  type Plan,
  type Rows,
  type Shape,
  type Source,
  type Walk,
} from '../engine/plan.ts';

const INDENT = '  ';
const VALUES_SHOWN = 8;
const TEXT_SHOWN = 80;

/** The first EXPLAIN_LINES_MAX lines, and how many more there are. */
export function planLines({ members }: Plan): readonly string[] {
  // All of a plan stands within `data`.
  const lines = members.flatMap(({ name, shape }) =>
    shape.kind === 'object' ? membersLines(shape.members) : shapeLines(name, shape),
  );
  const shown = lines
    .slice(0, EXPLAIN_LINES_MAX)
    .map((line) =>
      line.length > EXPLAIN_LINE_LENGTH_MAX ? `${line.slice(0, EXPLAIN_LINE_LENGTH_MAX)}…` : line,
    );
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${more} more lines`] : shown;
}

function membersLines(members: readonly Member[]): string[] {
  return members.flatMap(({ name, shape }) => shapeLines(name, shape));
}

function within(lines: readonly string[]): string[] {
  return lines.map((line) => `${INDENT}${line}`);
}

/** None of what is read of a row, or is counted along. */
function shapeLines(name: string, shape: Shape): string[] {
  switch (shape.kind) {
    case 'object':
      return membersLines(shape.members);
    case 'list':
    case 'one':
      return [`${name}: ${shape.kind} ${rowsText(shape.rows)}`, ...itemLines(shape.item)];
    case 'lookups':
      return [
        `${name}: lookups of ${shape.keys.map(keyText).join(' and ')}`,
        ...itemLines(shape.item),
      ];
    case 'count':
      return [`${name}: count ${rowsText(shape.rows)}`];
    case 'page': {
      const line = `${name}: page ${rowsText(shape.rows)}, ${pageText(shape.page)}`;
      return [line, ...within(membersLines(shape.members))];
    }
    case 'aggregate':
      return [`${name}: figures of ${rowsText(shape.rows)}`];
    case 'groups': {
      const by = shape.by.map(fieldText).join(', ');
      return [`${name}: groups by ${by} of ${rowsText(shape.rows)}`];
    }
    case 'shortestPath':
      return [`${name}: ${searchText(shape.search)}`, ...within(membersLines(shape.members))];
    case 'items':
    case 'pathNodes':
    case 'pathEdges':
      return casesOf(shape.item).flatMap(membersLines);
    default:
      return [];
  }
}

function itemLines(item: Item): string[] {
  return within(casesOf(item).flatMap(membersLines));
}

function casesOf(item: Item): (readonly Member[])[] {
  return 'cases' in item ? item.cases.map(({ members }) => members) : [item.members];
}

function keyText({ type, fields, index }: LookupKey): string {
  const by = index === undefined ? '' : ` through index ${type}(${index.join(', ')})`;
  return `${type} by ${fields.map(fieldText).join(', ')}${by}`;
}

function rowsText({ source, where, order = [], skip, limit }: Rows): string {
  const keys = order.map(({ field, isDescending }) => {
    return `${fieldText(field)}${isDescending === true ? ' descending' : ''}`;
  });
  return [
    sourceText(source),
    ...(where === undefined ? [] : [`where ${conditionText(where)}`]),
    ...(keys.length === 0 ? [] : [`in order of ${keys.join(', ')}`]),
    ...(skip === undefined || skip === 0 ? [] : [`skip ${skip}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ].join(', ');
}

function pageText({ size, isFromEnd, after, before }: Page): string {
  const side = isFromEnd === true ? 'last' : 'first';
  const places = `${after === undefined ? '' : ' after a cursor'}${
    before === undefined ? '' : ' before a cursor'
  }`;
  return `${side} ${size}${places}`;
}

function sourceText(source: Source): string {
  switch (source.kind) {
    case 'ids':
      return `by ids of ${source.type ?? 'any type'}: ${valuesText(source.ids)}`;
    case 'type':
      return `scan of ${source.type}`;
    case 'several':
      return source.sources.map(sourceText).join(' and ') || 'nothing';
    case 'values':
      return `index ${source.type}(${source.path}) at ${valuesText(source.values)}`;
    case 'range':
      return `index ${source.type}(${source.paths.join(', ')})${rangeText(source)}`;
    case 'edges':
      return `edges ${walkText(source)}`;
    case 'around':
    case 'paths':
      return `${source.kind} ${walkText(source)} ${lengthsText(source)}`;
  }
}

function rangeText({ given = [], lower, upper }: Extract<Source, { kind: 'range' }>): string {
  const parts = [
    ...(given.length === 0 ? [] : [`at ${valuesText(given)}`]),
    ...(lower === undefined ? [] : [boundText('>', lower)]),
    ...(upper === undefined ? [] : [boundText('<', upper)]),
  ];
  return parts.map((part) => ` ${part}`).join('');
}

function boundText(sign: string, { value, isExcluded }: Bound): string {
  return `${sign}${isExcluded === true ? '' : '='} ${valueText(value)}`;
}

function walkText({ edgeType, direction, targetType }: Walk): string {
  return `${edgeType ?? 'of any type'} ${direction} to ${targetType ?? 'any type'}`;
}

function lengthsText({ least, most }: Lengths): string {
  return `of ${least} to ${most} edges`;
}

function searchText({ edgeType, direction, most, weight }: PathSearch): string {
  const bound = most === undefined ? '' : ` of at most ${most} edges`;
  const weighted = weight === undefined ? '' : ` by weight ${weight}`;
  return `shortest path over ${edgeType ?? 'any type'} ${direction}${bound}${weighted}`;
}

function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return `${condition.kind}(${condition.conditions.map(conditionText).join(', ')})`;
    case 'not':
      return `not(${conditionText(condition.condition)})`;
    case 'compare': {
      const { field, operator, value } = condition;
      return `${fieldText(field)} ${operator} ${valueText(value)}`;
    }
    case 'in':
      return `${fieldText(condition.field)} in ${valuesText(condition.values)}`;
    case 'missing':
      return `${fieldText(condition.field)} missing`;
    case 'related':
      return `${condition.quantifier} ${walkText(condition)} (${conditionText(condition.where)})`;
  }
}

function fieldText(field: Field): string {
  switch (field.kind) {
    case 'property':
      return field.of === ElementKind.EDGE ? `edge ${field.path}` : field.path;
    case 'type':
      return `type of ${field.of}`;
    default:
      return field.kind;
  }
}

function valuesText(values: readonly unknown[]): string {
  const shown = values.slice(0, VALUES_SHOWN).map(valueText).join(', ');
  const more = values.length - VALUES_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function valueText(value: unknown): string {
  // Its value is the request's own.
  if (value instanceof Parameter) return 'a variable';
  if (value instanceof IdValue) return value.id;
  if (value instanceof Timestamp) {
    return `${value.microseconds} microseconds`;
  }
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof ListValue) return `[${valuesText(value.items)}]`;
  if (value instanceof MapMarker) return '{}';
  if (typeof value !== 'string') return String(value);
  const isLong = value.length > TEXT_SHOWN;
  return isLong ? `${JSON.stringify(value.slice(0, TEXT_SHOWN))}…` : JSON.stringify(value);
}
