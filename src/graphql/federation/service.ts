/** `_service { sdl }`: the API as a gateway composes it with those of other subgraphs. */

import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import { type Api, objectType } from '../builder.ts';
import { subgraphSdl } from './subgraph-sdl.ts';

export const SERVICE_FIELD = '_service';

export function addService(api: Api): void {
  const { definition } = api;
  const service = objectType<object>(api, '_Service', {
    fields: (t) => ({
      sdl: t.string({
        nullable: true,
        resolve: (_service, _args, context, { schema }) => {
          if (context.mayReadSchema) return subgraphSdl(schema, definition);
          const message =
            'sdl expected a router of this graph, which shows its secret, got another';
          throw new DatabaseError(ErrorCode.FORBIDDEN, message);
        },
      }),
    }),
  });
  api.builder.queryField(SERVICE_FIELD, (t) =>
    t.field({
      description: 'For a gateway: what it composes.',
      type: service,
      resolve: () => ({}),
    }),
  );
}
