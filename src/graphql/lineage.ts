/** Where a value comes from, and proofs of it: root fields, and fields on edges of connections. */

import {
  Collection,
  type Definition,
  type EdgeProperties,
  type Field,
  type ScalarField,
} from '../definition/definition.ts';
import { fieldAtPath, scalarFields } from '../definition/fields.ts';
import { type ListItem, Timestamp } from '../delta/value.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import type { AuthorityStep, Lineage, LineageOptions } from '../space/space.ts';
import { type Api, type ObjectFieldBuilder, type ObjectRef, objectType } from './builder.ts';
import type { Context } from './context.ts';
import { nodeTypeOf } from './definition-lookup.ts';
import { findNode, type Related } from './element.ts';
import { invalidInput } from './errors.ts';
import type { ConnectionEdge } from './page.ts';
import { itemOfText } from './scalars.ts';

const MICROSECONDS_PER_MILLISECOND = 1000n;
const ITEM_TEXT = 'Of a set: which of its values, as text. The latest where absent.';
const AT_TEXT = 'Of a sequence: the position of a value, from 0. The latest where absent.';

type Collections = readonly Collection[];

/** Those whose values are told by what they are, and by where they are. */
const SETS: Collections = [Collection.SET];
const SEQUENCES: Collections = [Collection.SEQUENCE, Collection.UPDATES];

export function lineageObject(api: Api): ObjectRef<Lineage> {
  return objectType<Lineage>(api, 'Lineage', {
    description: 'The commit that wrote a value, for whom, and by what right.',
    fields: (t) => ({
      commit: t.exposeString('commit', { description: 'CID of the commit.' }),
      sequence: t.exposeInt('sequence', {
        description: 'Number of the commit among those of its author, from 1.',
      }),
      position: t.exposeInt('position', {
        description: 'Position of the commit in the log of this replica, from 1.',
      }),
      index: t.exposeInt('index', {
        description: 'Index of the transaction in its commit, from 0.',
      }),
      author: t.exposeString('author', { description: 'Hex of the key that signed it.' }),
      authority: t.field({
        description: 'The record that certifies the author, if one does, then the genesis record.',
        type: [authorityStepObject(api)],
        resolve: ({ authority }) => authority,
      }),
      actor: t.exposeString('actor', { description: 'The principal for whom it was done.' }),
      time: t.field({ type: 'DateTime', resolve: ({ time }) => timestampOf(time) }),
      transaction: t.string({
        description: 'Hex id of the transaction; under permissions for its actor alone.',
        nullable: true,
        resolve: ({ transaction }) => transaction ?? null,
      }),
    }),
  });
}

function authorityStepObject(api: Api): ObjectRef<AuthorityStep> {
  return objectType<AuthorityStep>(api, 'AuthorityStep', {
    description: 'A record of the authority chain by which an author may write.',
    fields: (t) => ({
      record: t.exposeString('record', { description: 'CID of the record.' }),
      kind: t.exposeString('kind'),
      height: t.exposeInt('height', { description: 'From 0, the genesis.' }),
    }),
  });
}

export function timestampOf(time: Date): Timestamp {
  return new Timestamp(BigInt(time.getTime()) * MICROSECONDS_PER_MILLISECOND);
}

export function addLineageQueries(api: Api): void {
  const { builder, definition } = api;
  const fieldText = 'A field, or `location.latitude` in a nested one.';
  builder.queryField('lineage', (t) =>
    t.field({
      description:
        'Where the value of a field comes from, or the node itself where no field is named. ' +
        'Null where there is no such node or value.',
      type: lineageObject(api),
      nullable: true,
      args: {
        id: t.arg.id({ required: true }),
        field: t.arg.string({ description: fieldText }),
        ...(hasAny(definition, SETS) && {
          item: t.arg.string({ description: ITEM_TEXT }),
        }),
        ...(hasAny(definition, SEQUENCES) && {
          at: t.arg.int({ description: AT_TEXT }),
        }),
      },
      resolve: async (_root, args, { source, graph, reader, budget }) => {
        budget.spend(1);
        const found = findValue(definition, args, graph);
        if (found === undefined) return null;
        const read = (bytes: number) => budget.readLineage(bytes);
        const options = { reader: reader(), read, ...partOf(found.field, args) };
        return (await source.nodeLineage(found.node, found.field?.path, options)) ?? null;
      },
    }),
  );
  builder.queryField('proof', (t) =>
    t.string({
      description:
        'A proof of the lineage, as one line of JSON that `massive-graph verify` checks offline. ' +
        'Null where there is no such node or value.',
      nullable: true,
      args: { id: t.arg.id({ required: true }), field: t.arg.string({ description: fieldText }) },
      resolve: async (_root, args, { source, graph, reader, budget }) => {
        budget.spend(1);
        const found = findValue(definition, args, graph);
        if (found === undefined) return null;
        const read = (bytes: number) => budget.readProof(bytes);
        return (
          (await source.nodeProof(found.node, found.field?.path, { reader: reader(), read })) ??
          null
        );
      },
    }),
  );
  builder.queryField('checkpoint', (t) =>
    t.string({
      description: 'Size and root of the log of this replica, as a signed note (C2SP).',
      resolve: (_root, _args, { space }) => space.checkpoint(),
    }),
  );
}

export function edgeLineageFields(
  api: Api,
  t: ObjectFieldBuilder<ConnectionEdge<Related>>,
  properties: EdgeProperties | undefined,
) {
  const owner = { name: 'an edge', fields: properties?.fields ?? [] };
  const fieldNamed = (field: unknown) =>
    typeof field === 'string' ? namedField(owner, field) : undefined;
  return {
    lineage: t.field({
      description: 'Where the edge comes from, or the value of one of its properties.',
      type: lineageObject(api),
      nullable: true,
      args: {
        field: t.arg.string(),
        ...(holdsAny(owner.fields, SETS) && {
          item: t.arg.string({ description: ITEM_TEXT }),
        }),
        ...(holdsAny(owner.fields, SEQUENCES) && {
          at: t.arg.int({ description: AT_TEXT }),
        }),
      },
      resolve: async ({ element }, args, { source, reader, budget }) => {
        budget.spend(1);
        const read = (bytes: number) => budget.readLineage(bytes);
        const field = fieldNamed(args.field);
        const options = { reader: reader(), read, ...partOf(field, args) };
        return (await source.edgeLineage(element.edge, field?.path, options)) ?? null;
      },
    }),
    proof: t.string({
      description: 'A proof of the lineage, as one line of JSON.',
      nullable: true,
      args: { field: t.arg.string() },
      resolve: async ({ element }, { field }, { source, reader, budget }) => {
        budget.spend(1);
        const read = (bytes: number) => budget.readProof(bytes);
        return (
          (await source.edgeProof(element.edge, fieldNamed(field)?.path, {
            reader: reader(),
            read,
          })) ?? null
        );
      },
    }),
  };
}

interface FoundValue {
  readonly node: NodeRow;
  /** The node itself without. */
  readonly field: ScalarField | undefined;
}

/** A natural key is part of what the node is: it was written when the node was. */
function findValue(
  definition: Definition,
  { id, field }: { readonly id: string; readonly field?: string | null | undefined },
  graph: Context['graph'],
): FoundValue | undefined {
  const node = findNode(graph, id);
  if (node === undefined) return undefined;
  const type = nodeTypeOf(definition, graph.nodeType(node));
  const named = typeof field === 'string' ? namedField(type, field) : undefined;
  return { node, field: named?.isKey === true ? undefined : named };
}

/** Fields of nodes; edges have an argument of their own. */
function hasAny({ nodeTypes }: Definition, collections: Collections): boolean {
  return [...nodeTypes.values()].some(({ fields }) => holdsAny(fields, collections));
}

function holdsAny(fields: readonly Field[], collections: Collections): boolean {
  return scalarFields(fields).some((field) => isOne(field, collections));
}

function isOne(field: ScalarField | undefined, collections: Collections): boolean {
  return collections.some((collection) => collection === field?.collection);
}

/** Which part of a collection is asked for. */
interface PartArguments {
  /** A value of a set, as text. */
  readonly item?: string | null | undefined;
  /** A position of a sequence. */
  readonly at?: number | null | undefined;
}

function partOf(
  field: ScalarField | undefined,
  { item, at }: PartArguments,
): Pick<LineageOptions, 'item' | 'at'> {
  const what = field?.path ?? 'none';
  if (typeof item === 'string' && !isOne(field, SETS)) {
    throw invalidInput(`item expected a field that is a set, got ${what}`);
  }
  if (typeof at === 'number' && !isOne(field, SEQUENCES)) {
    throw invalidInput(`at expected a field that is a sequence, got ${what}`);
  }
  if (field === undefined) return {};
  return {
    item: typeof item === 'string' ? itemOf(field, item) : undefined,
    at: typeof at === 'number' ? at : undefined,
  };
}

function itemOf(field: ScalarField, text: string): ListItem {
  const item = itemOfText(field, text);
  if (item !== undefined) return item;
  throw invalidInput(`item of ${field.path} expected a value as an answer has it, got another`);
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
