/** Changes of permissions: each is a record of the authority chain, asked for by the caller. */

import { formatObject } from '../access/tuple.ts';
import type { WrittenGrant } from '../authority/permission-body.ts';
import { RECORD_GRANTS_MAX } from '../base/identity-limits.ts';
import { expectAdministrator, objectNamed } from './access-names.ts';
import { modelObject } from './access-queries.ts';
import {
  type Api,
  type InputMap,
  type InputRef,
  inputType,
  type ObjectRef,
  objectType,
} from './builder.ts';
import type { Context } from './context.ts';
import { limitExceeded } from './errors.ts';
import { type Shared, type ShareRequest, sharedGrants } from './share.ts';

export function addAccessMutations(api: Api): void {
  addGrant(api);
  addShare(api);
  addModel(api);
}

interface Changed {
  readonly grants: readonly WrittenGrant[];
  /** Of the record that made or ended them. */
  readonly height: number;
}

function addGrant(api: Api): void {
  const verbs = {
    grant: 'Makes grants, all or none: the caller must have the right to grant each relation.',
    revoke: 'Ends grants, all or none, under the same right. What no grant is, stays none.',
  } as const;
  for (const verb of ['grant', 'revoke'] as const) {
    api.builder.mutationField(verb, (t) =>
      t.field({
        description: verbs[verb],
        type: changedObject(api),
        args: { grants: t.arg({ type: [grantInput(api, verb === 'grant')], required: true }) },
        resolve: async (_root, args, context) => {
          expectFew(verb, args.grants.length);
          const grants = args.grants.map((grant) => writtenGrant(grant, context));
          return await change(context, verb, grants);
        },
      }),
    );
  }
}

function addShare(api: Api): void {
  api.builder.mutationField('share', (t) =>
    t.field({
      description:
        'Lets somebody read a node, or fields of it alone, until a moment if one is given. The ' +
        'caller must have the right to grant what is shared.',
      type: sharedObject(api),
      args: {
        node: t.arg.id({ required: true }),
        fields: t.arg.stringList({ description: 'Paths; the node itself where absent.' }),
        with: t.arg.string({ required: true, description: '`user:…`, `group:crew#member`.' }),
        until: t.arg({ type: 'DateTime' }),
      },
      resolve: async (_root, args, context) => {
        const request: ShareRequest = {
          object: objectNamed(String(args.node), context),
          fields: args.fields ?? undefined,
          subject: args.with,
          until: args.until ?? undefined,
        };
        const shared = sharedGrants(request, context.space.access.version());
        return { ...shared, ...(await change(context, 'grant', shared.grants)) };
      },
    }),
  );
}

function addModel(api: Api): void {
  api.builder.mutationField('installPermissionModel', (t) =>
    t.field({
      description:
        'Puts a permission model in force, in the modelling language of OpenFGA. The caller must ' +
        'have the right to change all permissions; in a space that is open everybody has.',
      type: modelObject(api),
      args: { model: t.arg.string({ required: true }) },
      resolve: async (_root, { model: source }, context) => {
        expectAdministrator(context, 'write');
        const { access } = context.space;
        await access.installModel({ source });
        return access.version() ?? missing();
      },
    }),
  );
}

async function change(
  { space: { access }, actor }: Context,
  verb: 'grant' | 'revoke',
  grants: readonly WrittenGrant[],
): Promise<Changed> {
  if (verb === 'grant') await access.grant(grants, { actor });
  else await access.revoke({ grants }, { actor });
  return { grants, height: access.height };
}

/** `PermissionGrantInput`, and without a condition `PermissionRevokeInput` */
function grantInput(api: Api, hasCondition: boolean): InputRef {
  const name = hasCondition ? 'PermissionGrantInput' : 'PermissionRevokeInput';
  return inputType(api, name, (t) => ({
    object: t.string({
      required: true,
      description: '`Type:id`, `Type:key`, the id of a node, or `Type:*` for all of a type.',
    }),
    relation: t.string({ required: true }),
    subject: t.string({
      required: true,
      description: '`user:<organisation>/<name>`, `user:*`, `group:crew#member`.',
    }),
    ...(hasCondition
      ? {
          condition: t.string(),
          context: t.string({ description: 'Parameters of the condition, as a JSON object.' }),
        }
      : {}),
  }));
}

function writtenGrant(grant: InputMap, context: Context): WrittenGrant {
  const { object, relation, subject, condition, context: parameters } = grant;
  const named = {
    object: formatObject(objectNamed(String(object), context)),
    relation: String(relation),
    subject: String(subject),
  };
  if (typeof condition !== 'string') return named;
  const own = typeof parameters === 'string' ? parameters : '{}';
  return { ...named, condition: { name: condition, context: own } };
}

/** `PermissionGrant` */
export function grantObject(api: Api): ObjectRef<WrittenGrant> {
  return objectType<WrittenGrant>(api, 'PermissionGrant', {
    fields: (t) => ({
      object: t.exposeString('object'),
      relation: t.exposeString('relation'),
      subject: t.exposeString('subject'),
      condition: t.string({
        nullable: true,
        resolve: ({ condition }) => condition?.name ?? null,
      }),
      context: t.string({
        description: 'Parameters of the condition, as a JSON object.',
        nullable: true,
        resolve: ({ condition }) => condition?.context ?? null,
      }),
    }),
  });
}

function changedObject(api: Api): ObjectRef<Changed> {
  return objectType<Changed>(api, 'PermissionChangeResponse', {
    fields: (t) => ({
      grants: t.field({ type: [grantObject(api)], resolve: ({ grants }) => [...grants] }),
      height: t.exposeInt('height', { description: 'Of the authority chain, after the change.' }),
    }),
  });
}

function sharedObject(api: Api): ObjectRef<Changed & Shared> {
  return objectType<Changed & Shared>(api, 'PermissionShareResponse', {
    fields: (t) => ({
      grants: t.field({ type: [grantObject(api)], resolve: ({ grants }) => [...grants] }),
      height: t.exposeInt('height', { description: 'Of the authority chain, after the change.' }),
      lacking: t.stringList({
        description:
          'Relations that the subject still lacks to see what was shared: fields are seen with ' +
          'their node alone. Empty for a group, whose members may differ.',
        resolve: (shared, _args, { space }) => lackingOf(shared, space.access),
      }),
    }),
  });
}

function lackingOf(
  { object, subject, relations }: Shared,
  access: Context['space']['access'],
): string[] {
  return relations.filter(
    (relation) => subject.relation === undefined && !access.check({ object, relation, subject }),
  );
}

function expectFew(verb: string, count: number): void {
  if (count > 0 && count <= RECORD_GRANTS_MAX) return;
  throw limitExceeded({
    limit: 'RECORD_GRANTS_MAX',
    what: `grants of ${verb}, of which there is one at least,`,
    max: RECORD_GRANTS_MAX,
    actual: count,
  });
}

function missing(): never {
  throw new Error('assertion failed: a model that was installed is in force');
}
