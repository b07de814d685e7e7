/** `AirportFieldAggregate`, `StringScalarAggregate`: figures over the values of fields. */

import { type Field, Scalar, type ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { Figure, Format, type Shape } from '../engine/plan.ts';
import { type Api, type ObjectFieldBuilder, type ObjectRef, objectType } from './builder.ts';
import { Figures } from './figures.ts';
import { type FigurePlace, placeWithin, planExtensions, Unplannable } from './plan-field.ts';
import { FORMATS } from './plan-values.ts';
import { readField } from './plan-where.ts';
import { shownValue } from './scalars.ts';

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
    type: scalarAggregate(api, field.scalar),
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

function scalarAggregate(api: Api, scalar: Scalar): ObjectRef<ScalarFigures> {
  return objectType<ScalarFigures>(api, `${scalar}ScalarAggregate`, {
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
        FIGURES[scalar].map((figure) => [figure, figureField(t, scalar, figure)] as const),
      ),
    }),
  });
}

function figureField(t: ObjectFieldBuilder<ScalarFigures>, scalar: Scalar, figure: Figure) {
  const { type, format } = formOf(scalar, figure);
  return t.field({
    type,
    nullable: true,
    extensions: planExtensions((request) =>
      figureShape(placeWithin(request, 'figure'), figure, format),
    ),
    resolve: ({ field, figures }) => {
      switch (figure) {
        case Figure.MIN:
          return shownValue(field, figures.least);
        case Figure.MAX:
          return shownValue(field, figures.greatest);
        case Figure.SUM:
          return figures.sum;
        case Figure.AVERAGE:
          return figures.average;
        case Figure.SHORTEST:
          return shownValue(field, figures.shortest);
        case Figure.LONGEST:
          return shownValue(field, figures.longest);
      }
    },
  });
}

/** Sums of integers take 64 bits, and an average is a Float. */
function formOf(
  scalar: Scalar,
  figure: Figure,
): { readonly type: Scalar; readonly format: Format } {
  if (figure === Figure.AVERAGE) return { type: Scalar.Float, format: Format.FLOAT };
  if (figure === Figure.SUM && scalar === Scalar.Int) return formOf(Scalar.BigInt, figure);
  return { type: scalar, format: FORMATS[scalar] };
}

function figureShape({ field, of }: FigurePlace, figure: Figure, format: Format): Shape {
  return { kind: 'figure', figure, field: readField(field, of), format };
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
