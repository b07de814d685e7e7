/** Attacks on one path: WebSockets that are idle, many, or that ask very often. */

import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { type Attack, type Attacking, count } from './attack.ts';

const TOGETHER = 100;

function open({ target, tally }: Attacking, payload?: object): WebSocket {
  const url = `ws://${target.host}:${target.port}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws');
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  socket.on('message', (text) => {
    const code = /"code":"([A-Z_]+)"/.exec(String(text))?.[1];
    const type = /"type":"([a-z_]+)"/.exec(String(text))?.[1];
    if (code !== undefined) count(tally, `error ${code}`);
    else if (type !== 'ping') count(tally, `${type}`);
  });
  socket.on('unexpected-response', (_request, { statusCode }) => {
    count(tally, `refused ${statusCode}`);
    socket.terminate();
  });
  socket.on('error', () => undefined);
  socket.on('close', (code) => count(tally, `closed ${code}`));
  return socket;
}

/** Keeps so many open; each does something when it is acknowledged. */
function holding(
  sockets: number,
  options: { readonly payload?: (attacking: Attacking) => object; readonly act?: Act } = {},
) {
  return async (attacking: Attacking): Promise<void> => {
    const held = new Set<WebSocket>();
    while (!attacking.isOver()) {
      for (let missing = Math.min(sockets - held.size, TOGETHER); missing > 0; missing--) {
        const socket = open(attacking, options.payload?.(attacking));
        held.add(socket);
        socket.once('close', () => held.delete(socket));
        socket.once('message', () => options.act?.(socket));
      }
      await setTimeout(20);
    }
    for (const socket of held) socket.terminate();
  };
}

type Act = (socket: WebSocket) => void;

const subscribeTo = (id: number, query: string) =>
  JSON.stringify({ type: 'subscribe', id: `${id}`, payload: { query } });

/** Sends as fast as the connection takes it. */
function spamming(make: (round: number) => string): Act {
  return (socket) => {
    let round = 0;
    const go = () => {
      for (let burst = 0; burst < 200; burst++) socket.send(make(round++));
      if (socket.readyState === socket.OPEN) setImmediate(go);
    };
    go();
  };
}

const CLOSED = /^closed \d+$/;
const REFUSED = /^refused (429|503)$/;
const LIMITED = /^error (LIMIT_EXCEEDED|RATE_LIMITED)$/;

export const WEBSOCKET_ATTACKS: Readonly<Record<string, Attack>> = {
  idleWebSockets: {
    refusal: /^connection_ack$/,
    expects: ['connection_ack', CLOSED, REFUSED],
    leadMilliseconds: 8_000,
    run: holding(500, {
      payload: ({ target }) => ({ authorization: `Bearer ${target.apiKey}` }),
    }),
  },
  silentWebSockets: {
    refusal: /^(closed 1013|refused (429|503))$/,
    expects: ['connection_ack', CLOSED, REFUSED],
    run: holding(1_000),
    leadMilliseconds: 2_000,
  },
  subscriptions: {
    refusal: /^error (LIMIT_EXCEEDED|RATE_LIMITED)$/,
    expects: ['connection_ack', LIMITED, CLOSED, 'complete', REFUSED],
    run: holding(4, {
      act: spamming((round) => subscribeTo(round, 'subscription { cityChanges { id } }')),
    }),
  },
  operations: {
    refusal: /^(error RATE_LIMITED|closed 1013)$/,
    expects: ['connection_ack', 'next', 'complete', LIMITED, CLOSED, REFUSED],
    run: holding(4, { act: spamming((round) => subscribeTo(round, '{ __typename }')) }),
  },
  pings: {
    refusal: /^closed 1013$/,
    expects: ['connection_ack', 'pong', CLOSED, REFUSED],
    run: holding(4, { act: spamming(() => '{"type":"ping"}') }),
  },
  noProtocol: {
    refusal: /^closed 4400$/,
    expects: ['connection_ack', CLOSED, REFUSED],
    run: holding(4, { act: (socket) => socket.send('[[[[[[') }),
  },
};
