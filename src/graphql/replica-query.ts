/** `replica`: how far this replica of the space has come, and the others that it knows. */

import { toHex } from '../base/bytes.ts';
import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import { cidText } from '../crypto/identifier.ts';
import type { PeerStatus } from '../replication/peers.ts';
import type { AuthorTip } from '../space/frontier.ts';
import { type Api, type ObjectRef, objectType } from './builder.ts';
import type { Context } from './context.ts';
import { requestedSize, sizeExtensions } from './list-size.ts';
import { listPart } from './page.ts';

type Replica = Pick<Context, 'space' | 'peers'>;

export function addReplicaQuery(api: Api): void {
  api.builder.queryField('replica', (t) =>
    t.field({
      description: 'This replica of the space, and the others that it knows.',
      type: replicaObject(api),
      resolve: (_root, _args, context) => context,
    }),
  );
}

function replicaObject(api: Api): ObjectRef<Replica> {
  return objectType<Replica>(api, 'Replica', {
    description: 'A server that holds the space.',
    fields: (t) => ({
      position: t.int({
        description: 'Entries of its log that show.',
        resolve: ({ space }) => space.position,
      }),
      height: t.int({
        description: 'Height of its newest authority record, from 0, the genesis.',
        resolve: ({ space }) => space.frontier.height,
      }),
      lacking: t.int({
        description: 'Entries sealed before it began that are to come yet: its history.',
        resolve: ({ space }) => space.usage().lackingEntries,
      }),
      frontier: t.field({
        description:
          'The last commit of each author, by their keys: whoever holds these holds all.',
        type: [frontierObject(api)],
        args: { limit: t.arg.int(), offset: t.arg.int() },
        extensions: sizeExtensions({
          listSize: ({ limit }) => requestedSize(limit, PAGE_ITEMS_MAX),
        }),
        resolve: ({ space }, args, { budget, deadline }) => {
          const { authors } = space.frontier;
          return deadline.inTurns(budget.answer(listPart(authors, args)));
        },
      }),
      peers: t.field({
        description: 'The other replicas that its operator has let in.',
        type: [peerObject(api)],
        resolve: ({ peers }, _args, { budget }) => budget.answer([...(peers?.() ?? [])]),
      }),
    }),
  });
}

function frontierObject(api: Api): ObjectRef<AuthorTip> {
  return objectType<AuthorTip>(api, 'ReplicaAuthor', {
    description: 'How far an author has come on a replica.',
    fields: (t) => ({
      author: t.string({
        description: 'Hex of the key that signs.',
        resolve: ({ author }) => toHex(author),
      }),
      sequence: t.exposeInt('sequence', { description: 'Number of its last commit, from 1.' }),
      commit: t.string({
        description: 'CID of its last commit.',
        resolve: ({ hash }) => cidText(hash),
      }),
    }),
  });
}

function peerObject(api: Api): ObjectRef<PeerStatus> {
  return objectType<PeerStatus>(api, 'ReplicaPeer', {
    description: 'Another replica, as far as this one knows.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'Hex of the key that it proves to hold.' }),
      label: t.string({ nullable: true, resolve: ({ label }) => label ?? null }),
      connected: t.boolean({ resolve: ({ phase }) => phase === 'open' }),
      height: t.int({
        description: 'Height of its newest authority record; null where it has said none.',
        nullable: true,
        resolve: ({ height }) => (height === 0 ? null : height - 1),
      }),
      lag: t.exposeInt('lag', {
        description: 'Commits that are here and that it has not said to hold.',
      }),
    }),
  });
}
