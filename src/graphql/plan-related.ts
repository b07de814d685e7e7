/** What a relationship leads to, as the rows and pages of plans. */

import type { Page, Rows } from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { relationshipPrefix } from './names.ts';
import { listRows, pageOf, relatedSource } from './plan-rows.ts';
import { nodeCondition, relatedCondition } from './plan-where.ts';
import type { RelationshipField } from './related-loader.ts';
import { relatedOrdering, targetOrdering } from './sort.ts';

export function plannedRelatedList(field: RelationshipField, args: InputMap): Rows {
  const { definition, owner, relationship } = field;
  const target = targetOf(definition, relationship);
  const { where, sort } = args as Conditions;
  const ordering = targetOrdering(relationshipPrefix(owner, relationship), target, sort);
  const condition = nodeCondition(definition, target, where);
  return listRows(rowsOf(field, condition), ordering, args);
}

export function plannedRelatedPage(
  field: RelationshipField,
  args: InputMap,
): { readonly rows: Rows; readonly page: Page } {
  const { definition, owner, relationship } = field;
  const { where, sort } = args as Conditions;
  const ordering = relatedOrdering({
    scope: relationshipPrefix(owner, relationship),
    target: targetOf(definition, relationship),
    edgeFields: edgePropertiesOf(definition, relationship)?.fields ?? [],
    sort,
  });
  const condition = relatedCondition(definition, relationship, where);
  return pageOf(rowsOf(field, condition), ordering, args);
}

/** GraphQL coerced them to the input types of the relationship. */
type Conditions = {
  readonly where?: InputMap | null;
  readonly sort?: readonly InputMap[] | null;
};

function rowsOf({ relationship }: RelationshipField, where: Rows['where']): Rows {
  const source = relatedSource(relationship);
  return where === undefined ? { source } : { source, where };
}
