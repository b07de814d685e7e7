/** The subscription of grants: those that are made and ended, as far as the caller may see them. */

import { formatObject, parseGrantedObject } from '../access/tuple.ts';
import type { WrittenGrant } from '../authority/permission-body.ts';
import { grantObject } from './access-mutations.ts';
import { objectNamed } from './access-names.ts';
import { type Api, type ObjectRef, objectType, once } from './builder.ts';
import { RESYNC_TEXT } from './change-types.ts';
import type { Context } from './context.ts';
import type { GrantDelivery } from './grant-feed.ts';
import { delivered } from './subscriptions.ts';

export function addGrantChanges(api: Api): void {
  api.builder.subscriptionField('grantChanges', (t) =>
    t.field({
      description:
        'Grants that are made and ended, in the order of the authority chain: those to the ' +
        'caller itself, and those that it might grant.',
      type: grantChange(api),
      args: {
        object: t.arg.string({
          description: 'Only of this object; `Type:id`, `Type:key` or the id of a node.',
        }),
        subject: t.arg.string({ description: 'Only to this subject.' }),
      },
      subscribe: (_root, { object, subject }, context) => {
        const named = typeof object === 'string' ? objectNamed(object, context) : undefined;
        const wanted = named === undefined ? undefined : formatObject(named);
        return context.feed.subscribeGrants(
          (grant) =>
            (wanted === undefined || grant.object === wanted) &&
            (typeof subject !== 'string' || grant.subject === subject) &&
            maySee(context, grant),
        );
      },
      resolve: (delivery, _args, context) => delivered(delivery, context),
    }),
  );
}

/** `GrantChange` */
function grantChange(api: Api): ObjectRef<GrantDelivery> {
  return objectType<GrantDelivery>(api, 'PermissionChange', {
    fields: (t) => ({
      event: t.field({ type: eventEnum(api), resolve: ({ event }) => event }),
      grant: t.field({
        description: 'Null where more grants were made and ended than can wait: ask anew.',
        type: grantObject(api),
        nullable: true,
        resolve: ({ grant }) => grant ?? null,
      }),
      height: t.exposeInt('height', { description: 'Of the record that says so.' }),
    }),
  });
}

function eventEnum(api: Api) {
  return once(api, 'PermissionChangeEvent', () =>
    api.builder.enumType('PermissionChangeEvent', {
      values: { GRANTED: {}, REVOKED: {}, RESYNC: { description: RESYNC_TEXT } } as const,
    }),
  );
}

/** Asked when it happens: who may see it then sees it. */
function maySee({ actor, space }: Context, { object, relation, subject }: WrittenGrant) {
  const { access } = space;
  if (subject === actor || access.mayAdminister(actor, 'read')) return true;
  return access.mayGrant(actor, parseGrantedObject(object), relation);
}
