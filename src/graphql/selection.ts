/** What is selected: whether a selection takes part in an answer, as @skip and @include say. */

import {
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
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

/** Whether a field of the operation selects one of these names, itself or by fragments. */
export function selectsAny(info: SelectionInfo, names: ReadonlySet<string>): boolean {
  const { fragments, variableValues } = info;
  const isAmong = ({ selections }: SelectionSetNode): boolean =>
    selections.some((node) => {
      if (!isIncluded(node, variableValues)) return false;
      if (node.kind === Kind.FIELD) return names.has(node.name.value);
      if (node.kind === Kind.INLINE_FRAGMENT) return isAmong(node.selectionSet);
      const fragment = fragments[node.name.value];
      return fragment !== undefined && isAmong(fragment.selectionSet);
    });
  return info.fieldNodes.some(({ selectionSet }) => selectionSet && isAmong(selectionSet));
}

type SelectionInfo = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;
