/** Asks a replica at an address for the first records of its space (join.ts). */

import type { RawData } from 'ws';
import { fromHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { JoinSession } from './join.ts';
import type { Invitation } from './known-peers.ts';
import { dialPeer, messageBytes } from './peer-dial.ts';
import { failure } from './peer-rules.ts';

const NONCE_BYTES = 32;

/** Throws UNAVAILABLE where nothing answers, and what either side finds wrong with the other. */
export async function fetchFirstRecords(
  { space, key: expected, address }: Invitation,
  { key, random }: { readonly key: AuthorKey; readonly random: Random },
): Promise<readonly Uint8Array[]> {
  const outcome = Promise.withResolvers<readonly Uint8Array[]>();
  const socket = dialPeer(address);
  socket.on('error', ({ message }) => {
    outcome.reject(failure(ErrorCode.UNAVAILABLE, `a replica at ${address}`, message));
  });
  socket.once('open', () => {
    const session = new JoinSession(
      {
        space: fromHex(space),
        expected: fromHex(expected),
        key,
        nonce: random.bytes(NONCE_BYTES),
      },
      {
        send: (frame) => socket.send(frame),
        end: (end) => {
          if (end instanceof DatabaseError) outcome.reject(end);
          else outcome.resolve(end);
        },
      },
    );
    socket.on('message', (data: RawData) => session.push(messageBytes(data)));
    socket.once('close', () => session.leave());
  });
  try {
    return await outcome.promise;
  } finally {
    socket.terminate();
  }
}
