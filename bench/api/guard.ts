/** Permissions under which the caller reads all nodes, each through a group. */

import { RECORD_GRANTS_MAX } from '../../src/base/identity-limits.ts';
import type { Space } from '../../src/space/space.ts';

/** The caller is in the first, and that in all others. */
const GROUPS = 10;

export interface GuardedTypes {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

export async function guard({ access, graph }: Space, { nodes, edges }: GuardedTypes) {
  await access.installModel({ source: modelOf([...nodes, ...edges]) });
  const group = (index: number) => `group:${index % GROUPS}`;
  const grants = [{ object: group(0), relation: 'member', subject: 'user:*' }];
  for (const type of edges) {
    grants.push({ object: `${type}:*`, relation: 'viewer', subject: `${group(0)}#member` });
  }
  for (let index = 1; index < GROUPS; index++) {
    grants.push({
      object: group(index),
      relation: 'member',
      subject: `${group(index - 1)}#member`,
    });
  }
  for (const type of nodes) {
    for (const [index, node] of graph.nodesOfType(type).entries()) {
      const object = `${type}:${graph.nodeId(node)}`;
      grants.push({ object, relation: 'viewer', subject: `${group(index)}#member` });
    }
  }
  for (let begin = 0; begin < grants.length; begin += RECORD_GRANTS_MAX) {
    await access.grant(grants.slice(begin, begin + RECORD_GRANTS_MAX));
  }
}

function modelOf(types: readonly string[]): string {
  const guarded = types.map(
    (type) => `
type ${type}
  relations
    define viewer: [group#member]
    define read: viewer`,
  );
  return `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]${guarded.join('')}`;
}
