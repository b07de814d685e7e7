/** All attacks, by name. */

import type { Attack } from './attack.ts';
import { HTTP_ATTACKS } from './http-attacks.ts';
import { PEER_ATTACKS } from './peer-attacks.ts';
import { SOCKET_ATTACKS } from './socket-attacks.ts';
import { SUBSCRIBER_ATTACKS } from './subscriber-attacks.ts';
import { WEBSOCKET_ATTACKS } from './websocket-attacks.ts';

export const ATTACKS: ReadonlyMap<string, Attack> = new Map(
  Object.entries({
    ...HTTP_ATTACKS,
    ...SOCKET_ATTACKS,
    ...WEBSOCKET_ATTACKS,
    ...SUBSCRIBER_ATTACKS,
    ...PEER_ATTACKS,
  }),
);
