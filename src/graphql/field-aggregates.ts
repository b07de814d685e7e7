/** `AirportFieldAggregate`, `StringScalarAggregate`: figures over the values of fields. */

import { type Field, Scalar, type ScalarField, type ValueType } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { Figure, type Form, type Shape } from '../engine/plan.ts';
import { type Api, type ObjectFieldBuilder, type ObjectRef, objectType } from './builder.ts';
import { Figures } from './figures.ts';
import { type FigurePlace, placeWithin, planExtensions, Unplannable } from './plan-field.ts';
import { formOf } from './plan-values.ts';
import { readField } from './plan-where.ts';
import { shownItem } from './scalars.ts';
import { aggregateName, itemType } from './value-types.ts';

/** Elements whose fields are aggregated. Fields elsewhere share the types of these. */
export interface FieldFigures {
  readonly fields: readonly Field[];
  readonly values: (graph: GraphView, field: ScalarField) => readonly Value[];
}

/** Of one field. */
interface ScalarFigures {
  readonly field: ScalarField;
  readonly figures: Figures;
}

/** Which figures a scalar has, beside how many values there are. */
const ORDERED = [Figure.MIN, Figure.MAX] as const;
const ADDED = [Figure.SUM, Figure.AVERAGE] as const;
const MEASURED = [Figure.SHORTEST, Figure.LONGEST] as const;
const FIGURES = {
  [Scalar.ID]: [...ORDERED, ...MEASURED],
  [Scalar.String]: [...ORDERED, ...MEASURED],
  [Scalar.Int]: [...ORDERED, ...ADDED],
  [Scalar.BigInt]: [...ORDERED, ...ADDED],
  [Scalar.Float]: [...ORDERED, ...ADDED],
  [Scalar.Boolean]: [],
  [Scalar.DateTime]: ORDERED,
  [Scalar.Bytes]: [],
  [Scalar.Duration]: [],
  [Scalar.JSON]: [],
} as const;

/** Of a node type, edge properties or a nested type, whose fields these are. */
export function fieldAggregate(
  api: Api,
  of: { readonly name: string; readonly fields: readonly Field[] },
): ObjectRef<FieldFigures> {
  return objectType<FieldFigures>(api, `${of.name}FieldAggregate`, {
    fields: (t) =>
      Object.fromEntries(
        of.fields.map((field, index) => [field.name, aggregateOf(api, t, { field, index })]),
      ),
  });
}

/** All that share a type list the same fields, so a field is found by its index. */
function aggregateOf(
  api: Api,
  t: ObjectFieldBuilder<FieldFigures>,
  { field, index }: { readonly field: Field; readonly index: number },
) {
  if (field.kind === 'nested') {
    return t.field({
      type: fieldAggregate(api, { name: field.typeName, fields: field.fields }),
      extensions: planExtensions((request) => {
        const { fields, of } = placeWithin(request, 'figures');
        const members = request.members({ kind: 'figures', fields: nestedAt(fields, index), of });
        return { kind: 'object', members };
      }),
      resolve: ({ fields, values }) => ({ fields: nestedAt(fields, index), values }),
    });
  }
  return t.field({
    type: scalarAggregate(api, field),
    extensions: planExtensions((request) => {
      const { fields, of } = placeWithin(request, 'figures');
      const members = request.members({ kind: 'figure', field: scalarAt(fields, index), of });
      return { kind: 'object', members };
    }),
    resolve: async ({ fields, values }, _args, { graph, budget, deadline }) => {
      while (deadline.isTurnOver) await deadline.rest();
      const own = scalarAt(fields, index);
      const read = values(graph, own);
      budget.spend(read.length);
      return { field: own, figures: new Figures(read) };
    },
  });
}

function scalarAggregate(api: Api, type: ValueType): ObjectRef<ScalarFigures> {
  return objectType<ScalarFigures>(api, aggregateName(type), {
    fields: (t) => ({
      count: t.int({
        description: 'How many have a value.',
        extensions: planExtensions((request) => {
          const { field, of } = placeWithin(request, 'figure');
          return { kind: 'countOf', field: readField(field, of) };
        }),
        resolve: ({ figures }) => figures.count,
      }),
      ...Object.fromEntries(
        figuresOf(type).map((figure) => [figure, figureField(api, t, { type, figure })] as const),
      ),
    }),
  });
}

/** Of an enum those that tell one of its values; of lists none. */
function figuresOf({ scalar, enumType, isList }: ValueType): readonly Figure[] {
  if (isList) return [];
  return enumType === undefined ? FIGURES[scalar] : ORDERED;
}

function figureField(
  api: Api,
  t: ObjectFieldBuilder<ScalarFigures>,
  { type, figure }: { readonly type: ValueType; readonly figure: Figure },
) {
  const told = typeOfFigure(type, figure);
  const form = formOf(told);
  return t.field({
    type: itemType(api, told),
    nullable: true,
    extensions: planExtensions((request) =>
      figureShape(placeWithin(request, 'figure'), figure, form),
    ),
    resolve: ({ field, figures }) => {
      switch (figure) {
        case Figure.MIN:
          return shownItem(field, figures.least);
        case Figure.MAX:
          return shownItem(field, figures.greatest);
        case Figure.SUM:
          return figures.sum;
        case Figure.AVERAGE:
          return figures.average;
        case Figure.SHORTEST:
          return shownItem(field, figures.shortest);
        case Figure.LONGEST:
          return shownItem(field, figures.longest);
      }
    },
  });
}

/** Sums of integers take 64 bits, and an average is a Float. */
function typeOfFigure(type: ValueType, figure: Figure): ValueType {
  if (figure === Figure.AVERAGE) return { ...type, scalar: Scalar.Float };
  if (figure === Figure.SUM && type.scalar === Scalar.Int) {
    return { ...type, scalar: Scalar.BigInt };
  }
  return type;
}

function figureShape({ field, of }: FigurePlace, figure: Figure, form: Form): Shape {
  return { kind: 'figure', figure, field: readField(field, of), ...form };
}

function nestedAt(fields: readonly Field[], index: number): readonly Field[] {
  const field = fields[index];
  if (field?.kind !== 'nested') throw new Unplannable();
  return field.fields;
}

function scalarAt(fields: readonly Field[], index: number): ScalarField {
  const field = fields[index];
  if (field?.kind !== 'scalar') throw new Unplannable();
  return field;
}
