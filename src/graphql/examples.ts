/** Operations to begin with, made from a definition: what GraphiQL opens with. */

import type { Definition, Field, NodeType } from '../definition/definition.ts';
import { nodeNames } from './names.ts';

export interface Example {
  /** One operation with a name, and comments. */
  readonly operation: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Scalars that an example selects of a type, beside the id. */
const FIELDS_MAX = 8;

/** Where nothing is to be told of the definition. */
export const NO_EXAMPLES: readonly Example[] = [{ operation: '{ __typename }\n' }];

/** Of the first type a list, a page and its changes, and of the first relationship its nodes. */
export function examplesOf(definition: Definition): readonly Example[] {
  const types = [...definition.nodeTypes.values()];
  const [first] = types;
  if (first === undefined) return NO_EXAMPLES;
  const related = types.find((type) => type.relationships.length > 0);
  const operations = [
    listOf(first),
    pageOf(first),
    ...(related === undefined ? [] : [relatedOf(related, definition)]),
    changesOf(first),
  ];
  return operations.map((operation) => ({ operation }));
}

function listOf(type: NodeType): string {
  const { list, plural } = nodeNames(type);
  return `query ${plural} {
  ${list}(limit: 10) {
    ${selection(type.fields).join('\n    ')}
  }
}
`;
}

function pageOf(type: NodeType): string {
  const { list, plural } = nodeNames(type);
  return `# The next page: first: 10, after: the end cursor of this one.
query ${plural}Page {
  ${list}Connection(first: 10) {
    totalCount
    edges {
      node {
        ${selection(type.fields).join('\n        ')}
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;
}

function relatedOf(type: NodeType, definition: Definition): string {
  const relationship = type.relationships.find(({ target }) => definition.nodeTypes.has(target));
  const target = definition.nodeTypes.get(relationship?.target ?? '');
  if (relationship === undefined || target === undefined) return listOf(type);
  return `query ${relationship.stem} {
  ${nodeNames(type).list}(limit: 10) {
    ${selection(type.fields).join('\n    ')}
    ${relationship.name}(limit: 5) {
      ${selection(target.fields).join('\n      ')}
    }
  }
}
`;
}

function changesOf(type: NodeType): string {
  return `# Changes as they come: make one in another window.
subscription ${type.name}Changes {
  ${nodeNames(type).single}Changes {
    event
    id
${type.fields.length > 0 ? '    fields\n' : ''}    actor
    time
  }
}
`;
}

function selection(fields: readonly Field[]): string[] {
  const scalars = fields.filter(({ kind }) => kind === 'scalar').slice(0, FIELDS_MAX);
  return [...new Set(['id', ...scalars.map(({ name }) => name)])];
}
