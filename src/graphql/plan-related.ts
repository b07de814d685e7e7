/** What a relationship leads to, as the rows and pages of plans. */

import type { Page, Rows, Source } from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { checkedDepth } from './depth.ts';
import { listRows, pageOf } from './plan-rows.ts';
import { bothOf, nodeCondition, relatedCondition, typeCondition, walkOf } from './plan-where.ts';
import type { RelationshipField } from './related-loader.ts';
import { relatedOrdering, targetOrdering } from './sort.ts';

export function plannedRelatedList(field: RelationshipField, args: InputMap): Rows {
  const { definition, relationship } = field;
  const target = targetOf(definition, relationship);
  const { where, sort } = args as Conditions;
  const ordering = targetOrdering(relationship.stem, target, sort);
  const condition = bothOf(typeCondition(relationship), nodeCondition(definition, target, where));
  return listRows(conditioned(sourceOf(field, args), condition), ordering, args);
}

/** With `maxDepth`, all that so many edges lead to at most. */
function sourceOf({ relationship }: RelationshipField, { maxDepth }: InputMap): Source {
  if (typeof maxDepth !== 'number') return { kind: 'edges', ...walkOf(relationship) };
  return { kind: 'around', ...walkOf(relationship), least: 1, most: checkedDepth(maxDepth, 1) };
}

export function plannedRelatedPage(
  field: RelationshipField,
  args: InputMap,
): { readonly rows: Rows; readonly page: Page } {
  const { definition, relationship } = field;
  const { where, sort } = args as Conditions;
  const ordering = relatedOrdering({
    scope: relationship.stem,
    target: targetOf(definition, relationship),
    edgeFields: edgePropertiesOf(definition, relationship)?.fields ?? [],
    sort,
  });
  const condition = bothOf(
    typeCondition(relationship),
    relatedCondition(definition, relationship, where),
  );
  return pageOf(conditioned({ kind: 'edges', ...walkOf(relationship) }, condition), ordering, args);
}

/** GraphQL coerced them to the input types of the relationship. */
type Conditions = {
  readonly where?: InputMap | null;
  readonly sort?: readonly InputMap[] | null;
};

function conditioned(source: Source, where: Rows['where']): Rows {
  return where === undefined ? { source } : { source, where };
}
