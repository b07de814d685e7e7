/** Wrong groups and figures, E17 to E20 of schema/plan.md. */

import { MapMarker } from '../../src/delta/value.ts';
import type { PlanRules } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_FIGURES: Readonly<Record<string, Partial<PlanRules>>> = {
  'rows without a value are in no group': {
    groups: (context, rows, by) =>
      right.groups(
        context,
        rows.filter((row) => by.every((read) => read(row) !== null)),
        by,
      ),
  },
  'groups come in the order of their rows': {
    groups: (context, rows, by) => {
      const first = (group: (typeof rows)[number][]) =>
        rows.findIndex((row) => group.includes(row));
      return right.groups(context, rows, by).sort((left, other) => first(left) - first(other));
    },
  },
  'a group is of the first field alone': {
    groups: (context, rows, by) => right.groups(context, rows, by.slice(0, 1)),
  },
  'a sum is rounded at each value': {
    figure: (context, figure, values) => {
      const numbers = values.filter(
        (value) => typeof value === 'bigint' || typeof value === 'number',
      );
      const isWhole = numbers.every((value) => typeof value === 'bigint');
      if (figure !== 'sum' || isWhole) return right.figure(context, figure, values);
      return numbers.reduce<number>((sum, value) => sum + Number(value), 0);
    },
  },
  'a sum of int64 values wraps around': {
    figure: (context, figure, values) => {
      const sum = right.figure(context, figure, values);
      if (figure !== 'sum' || sum !== undefined) return sum;
      const whole = values.filter((value) => typeof value === 'bigint');
      return BigInt.asIntN(
        64,
        whole.reduce((total, value) => total + value, 0n),
      );
    },
  },
  'a sum of int64 values is a float64': {
    figure: (context, figure, values) => {
      const sum = right.figure(context, figure, values);
      return figure === 'sum' && typeof sum === 'bigint' ? Number(sum) : sum;
    },
  },
  'an average is over all values': {
    figure: (context, figure, values) => {
      const average = right.figure(context, figure, values);
      if (figure !== 'average' || typeof average !== 'number') return average;
      const counted = values.filter((value) => ['bigint', 'number'].includes(typeof value));
      return (average * counted.length) / values.length;
    },
  },
  'a sum of no number is 0': {
    figure: (context, figure, values) => {
      const sum = right.figure(context, figure, values);
      return figure === 'sum' && sum === null && values.length > 0 ? 0n : sum;
    },
  },
  'the longest text is the greatest': {
    figure: (context, figure, values) => {
      const texts = values.filter((value) => typeof value === 'string');
      return figure === 'longest'
        ? right.figure(context, 'max', texts)
        : right.figure(context, figure, values);
    },
  },
  'of texts as long, the greatest counts': {
    figure: (context, figure, values) => {
      const found = right.figure(context, figure, values);
      if (figure !== 'shortest' || typeof found !== 'string') return found;
      const length = Array.from(found).length;
      const texts = values.filter((value) => typeof value === 'string');
      const others = texts.filter((text) => Array.from(text).length === length);
      return right.figure(context, 'max', others);
    },
  },
  'the greatest value is no map': {
    figure: (context, figure, values) => {
      const others = values.filter((value) => !(value instanceof MapMarker));
      return right.figure(context, figure, figure === 'max' ? others : values);
    },
  },
  'the least value is the greatest of its kind': {
    figure: (context, figure, values) => {
      if (figure !== 'min') return right.figure(context, figure, values);
      const least = right.figure(context, 'min', values);
      const same = values.filter((value) => typeof value === typeof least);
      return right.figure(context, 'max', same);
    },
  },
};
