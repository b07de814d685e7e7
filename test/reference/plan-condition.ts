/** Whether a row fulfils a condition, from E4 to E7 of schema/plan.md. */

import { ListValue } from '../../src/delta/value.ts';
import type { Condition, Operator, Quantifier } from '../../src/engine/plan.ts';
import { type Operands, type PlanContext, type Row, told } from './plan-context.ts';
import { readField } from './plan-field.ts';

export function holds(context: PlanContext, condition: Condition, row: Row): boolean {
  const isTrue = decide(context, condition, row);
  context.see(`${conditionName(condition)} ${isTrue}`);
  return isTrue;
}

function decide(context: PlanContext, condition: Condition, row: Row): boolean {
  const { graph, rules } = context;
  switch (condition.kind) {
    case 'all':
      return condition.conditions.every((each) => rules.holds(context, each, row));
    case 'any':
      return condition.conditions.some((each) => rules.holds(context, each, row));
    case 'not':
      return !rules.holds(context, condition.condition, row);
    case 'compare': {
      const { field, operator, value: operand } = condition;
      const value = readField(graph, field, row);
      return rules.holdsOperator(context, operator, { value, operand: told(operand) });
    }
    case 'in': {
      const value = readField(graph, condition.field, row);
      return condition.values.some((operand) =>
        rules.holdsOperator(context, 'equal', { value, operand }),
      );
    }
    case 'missing':
      return readField(graph, condition.field, row) === null;
    case 'related': {
      const source = { ...condition, kind: 'edges' } as const;
      const related = rules.sourceRows(context, source, row);
      const truths = related.map((each) => rules.holds(context, condition.where, each));
      return rules.holdsQuantifier(condition.quantifier, truths);
    }
  }
}

/** Null is a missing value on either side. */
export function holdsOperator(
  { rules }: PlanContext,
  operator: Operator,
  { value, operand }: Operands,
): boolean {
  if (value === null || operand === null) return false;
  const order = rules.compareValues(value, operand);
  const areTexts = typeof value === 'string' && typeof operand === 'string';
  switch (operator) {
    case 'equal':
      return order === 0;
    case 'greater':
      return order > 0;
    case 'greaterOrEqual':
      return order >= 0;
    case 'less':
      return order < 0;
    case 'lessOrEqual':
      return order <= 0;
    case 'contains':
      return areTexts && value.includes(operand);
    case 'startsWith':
      return areTexts && value.startsWith(operand);
    case 'endsWith':
      return areTexts && value.endsWith(operand);
    case 'includes': {
      const items = value instanceof ListValue ? value.items : [];
      return items.some((item) => rules.compareValues(item, operand) === 0);
    }
  }
}

export function holdsQuantifier(quantifier: Quantifier, truths: readonly boolean[]): boolean {
  switch (quantifier) {
    case 'some':
      return truths.includes(true);
    case 'every':
      return !truths.includes(false);
    case 'none':
      return !truths.includes(true);
    case 'single':
      return truths.filter((isTrue) => isTrue).length === 1;
  }
}

/** Names a kind of condition in the coverage. */
function conditionName(condition: Condition): string {
  if (condition.kind === 'compare') return `compare ${condition.operator}`;
  return condition.kind === 'related' ? `related ${condition.quantifier}` : condition.kind;
}
