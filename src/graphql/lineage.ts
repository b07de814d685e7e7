/** Where a value comes from: the type, the root field, and the field on edges of connections. */

import type { EdgeProperties, Field, ScalarField } from '../definition/definition.ts';
import { fieldAtPath, scalarFields } from '../definition/fields.ts';
import { Timestamp } from '../delta/value.ts';
import type { Lineage } from '../space/space.ts';
import { type Api, type ObjectFieldBuilder, type ObjectRef, objectType } from './builder.ts';
import { nodeTypeOf } from './definition-lookup.ts';
import { findNode, type Related } from './element.ts';
import { invalidInput } from './errors.ts';
import type { ConnectionEdge } from './page.ts';

const MICROSECONDS_PER_MILLISECOND = 1000n;

export function lineageObject(api: Api): ObjectRef<Lineage> {
  return objectType<Lineage>(api, 'Lineage', {
    description: 'The commit that wrote a value, and for whom.',
    fields: (t) => ({
      commit: t.exposeString('commit', { description: 'CID of the commit.' }),
      author: t.exposeString('author', { description: 'Hex of the key that signed it.' }),
      actor: t.exposeString('actor', { description: 'The principal for whom it was done.' }),
      time: t.field({ type: 'DateTime', resolve: ({ time }) => timestampOf(time) }),
      transaction: t.exposeString('transaction', { description: 'Hex id of the transaction.' }),
    }),
  });
}

export function timestampOf(time: Date): Timestamp {
  return new Timestamp(BigInt(time.getTime()) * MICROSECONDS_PER_MILLISECOND);
}

export function addLineageQuery(api: Api): void {
  const { builder, definition } = api;
  builder.queryField('lineage', (t) =>
    t.field({
      description:
        'Where the value of a field comes from, or the node itself where no field is named. ' +
        'Null where there is no such node or value.',
      type: lineageObject(api),
      nullable: true,
      args: {
        id: t.arg.id({ required: true }),
        field: t.arg.string({ description: 'A field, or `location.latitude` in a nested one.' }),
      },
      resolve: async (_root, { id, field }, { space }) => {
        const node = findNode(space.graph, id);
        if (node === undefined) return null;
        const type = nodeTypeOf(definition, space.graph.nodeType(node));
        const named = typeof field === 'string' ? namedField(type, field) : undefined;
        // A natural key is part of what the node is: it was written when the node was.
        const path = named === undefined || named.isKey ? undefined : named.path;
        return (await space.nodeLineage(node, path)) ?? null;
      },
    }),
  );
}

export function edgeLineageField(
  api: Api,
  t: ObjectFieldBuilder<ConnectionEdge<Related>>,
  properties: EdgeProperties | undefined,
) {
  return t.field({
    description: 'Where the edge comes from, or the value of one of its properties.',
    type: lineageObject(api),
    nullable: true,
    args: { field: t.arg.string() },
    resolve: async ({ element }, { field }, { space }) => {
      const owner = { name: 'an edge', fields: properties?.fields ?? [] };
      const path = typeof field === 'string' ? namedField(owner, field).path : undefined;
      return (await space.edgeLineage(element.edge, path)) ?? null;
    },
  });
}

function namedField(
  owner: { readonly name: string; readonly fields: readonly Field[] },
  path: string,
): ScalarField {
  const field = fieldAtPath(owner, path);
  if (field?.kind === 'scalar') return field;
  const names = scalarFields(field?.fields ?? owner.fields).map((each) => each.path);
  throw invalidInput(`field of ${owner.name} expected one of ${names.join(', ')}, got ${path}`);
}
