/** Random permissions over the definition of random queries, and who asks under them. */

import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { Space } from '../../src/space/space.ts';
import type { Seeded } from '../seeded.ts';
import { everythingDefinition } from './graphql-definition.ts';

export const LEAK_CALLERS = ['user:acme/eve', 'user:acme/sue', 'user:*'] as const;
/** Sees and may write everything. */
export const LEAK_ROOT = 'user:acme/root';

const definition = everythingDefinition();
/** `HAS PART` is no name of a model: its edges are hidden from everybody. */
const EDGE_TYPES = [...definition.edgeTypes.keys()].filter((name) => /^\w+$/.test(name));
const TYPES = [...definition.nodeTypes.keys(), ...EDGE_TYPES];
/** Of types whose edges no caller sees, though it sees nodes at both ends. */
const HIDDEN_EDGES_SHARE = 0.25;
/** Of one record. */
const GRANTS_TOGETHER = 200;

function pathsOf(type: string): string[] {
  const { fields } = definition.nodeTypes.get(type) ??
    definition.edgeTypes.get(type)?.properties ?? { fields: [] };
  const scalars = scalarFields(fields).filter(({ isKey }) => !isKey);
  const nested = fields.filter(({ kind }) => kind === 'nested');
  return [...scalars, ...nested].map(({ path }) => path);
}

export function randomLeakModel(random: Seeded): string {
  const types = TYPES.map((type) => {
    const paths = pathsOf(type).filter(() => random.chance(0.35));
    const relations = ['read', 'write', ...paths.map((path) => `read.${path}`)];
    const lines = relations.map((relation) => `    define ${relation}: [user, user:*]`);
    return [`type ${type}`, '  relations', ...lines].join('\n');
  });
  return ['model', '  schema 1.1', 'type user', ...types].join('\n');
}

/** The first caller sees much, the second less, and everybody a little. */
export function randomLeakGrants(random: Seeded, space: Space): WrittenGrant[] {
  const { graph } = space;
  const version = space.access.version();
  const grants: WrittenGrant[] = [];
  for (const type of TYPES) {
    const relations = [...(version?.model.types.get(type)?.relations.keys() ?? [])];
    for (const relation of relations) {
      grants.push({ object: `${type}:*`, relation, subject: LEAK_ROOT });
    }
    const nodes = graph.nodesOfType(type).map((node) => graph.nodeId(node));
    const isOfEdges = EDGE_TYPES.includes(type);
    const isHidden = isOfEdges && random.chance(HIDDEN_EDGES_SHARE);
    for (const [index, subject] of LEAK_CALLERS.entries()) {
      const share = [0.85, 0.6, 0.2][index] ?? 0;
      if (!isHidden && random.chance(isOfEdges ? share : 0.15)) {
        grants.push({ object: `${type}:*`, relation: 'read', subject });
      }
      for (const id of nodes) {
        if (!random.chance(share)) continue;
        grants.push({ object: `${type}:${id}`, relation: 'read', subject });
      }
      for (const relation of relations.filter((each) => each.startsWith('read.'))) {
        const object = random.chance(0.2) ? '*' : nodes[random.below(nodes.length + 1)];
        if (object === undefined || !random.chance(0.5)) continue;
        grants.push({ object: `${type}:${object}`, relation, subject });
      }
    }
  }
  return grants;
}

/** Puts both in force. */
export async function installRandomPermissions(random: Seeded, space: OpenSpace): Promise<void> {
  await space.access.installModel({ source: randomLeakModel(random) });
  const grants = randomLeakGrants(random, space);
  for (let at = 0; at < grants.length; at += GRANTS_TOGETHER) {
    await space.access.grant(grants.slice(at, at + GRANTS_TOGETHER));
  }
}
