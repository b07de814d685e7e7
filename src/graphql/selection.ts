/** Whether a selection takes part in an answer, as @skip and @include say. */

import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql';

/** `variables` are coerced. */
export function isIncluded(
  node: SelectionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}
