/** Attacks below GraphQL: by connections that are slow, idle, many, or speak something else. */

import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Attack, type Attacking, count } from './attack.ts';

const IDLE_SOCKETS = 10_000;
const OPENED_TOGETHER = 250;
const QUERY = '{"query":"{ __typename }"}';
const HEAD = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;

/** A connection whose answers are counted, and its end. */
function open({ target, tally }: Attacking): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const socket = connect(target.port, target.host);
  socket.setEncoding('latin1');
  let [text, isOpen] = ['', false];
  socket.on('connect', () => {
    isOpen = true;
    resolve(socket);
  });
  socket.on('data', (chunk: Buffer | string) => {
    text = `${text}${chunk}`.slice(-4_096);
    for (let found = ANSWER.exec(text); found !== null; found = ANSWER.exec(text)) {
      count(tally, `${found[1]} ${/"code":"([A-Z_]+)"/.exec(found[0])?.[1] ?? 'OK'}`);
      text = text.slice(found.index + found[0].length);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    count(tally, isOpen ? 'closed' : 'not connected');
    resolve(socket);
  });
  return promise;
}

/** A head and a body of JSON on one line. */
const ANSWER = /HTTP\/1\.1 (\d{3})[^{]*\{[^\n]*\n/;

/** Keeps so many connections open, each of which does the same; opens new ones for closed ones. */
function holding(connections: number, act: (socket: Socket) => void) {
  return async (attacking: Attacking): Promise<void> => {
    const open_ = new Set<Socket>();
    while (!attacking.isOver()) {
      const missing = Math.min(connections - open_.size, OPENED_TOGETHER);
      const opened = await Promise.all(Array.from({ length: missing }, () => open(attacking)));
      for (const socket of opened) {
        if (socket.destroyed) continue;
        open_.add(socket);
        socket.once('close', () => open_.delete(socket));
        act(socket);
      }
      await setTimeout(missing === OPENED_TOGETHER ? 1 : 50);
    }
    count(attacking.tally, open_.size >= connections * 0.9 ? 'held' : 'not held');
    for (const socket of open_) socket.destroy();
  };
}

/** Writes one byte of a text after the other. */
function dripping(text: string, milliseconds: number) {
  return (socket: Socket): void => {
    let at = 0;
    const timer = setInterval(() => {
      socket.write(text[at % text.length] ?? '');
      at += 1;
    }, milliseconds);
    socket.once('close', () => clearInterval(timer));
  };
}

export const SOCKET_ATTACKS: Readonly<Record<string, Attack>> = {
  idleSockets: {
    refusal: /^held$/,
    expects: ['held', 'not held', 'closed', '408 LIMIT_EXCEEDED'],
    run: holding(IDLE_SOCKETS, () => undefined),
    leadMilliseconds: 6_000,
  },
  slowHeads: {
    // It takes 10 seconds until they are refused.
    refusal: /^(408 LIMIT_EXCEEDED|held)$/,
    expects: ['408 LIMIT_EXCEEDED', 'closed', 'held', 'not held'],
    run: holding(500, dripping(`${HEAD}${'x-a: b\r\n'.repeat(1_000)}`, 1_000)),
  },
  slowBodies: {
    refusal: /^(408 LIMIT_EXCEEDED|held)$/,
    expects: ['408 LIMIT_EXCEEDED', '429 RATE_LIMITED', 'closed', 'held', 'not held'],
    run: holding(100, (socket) => {
      socket.write(`${HEAD}content-length: 200000\r\n\r\n`);
      dripping(QUERY, 500)(socket);
    }),
  },
  longHeads: {
    refusal: /^431 LIMIT_EXCEEDED$/,
    expects: ['431 LIMIT_EXCEEDED', 'closed', 'held', 'not held'],
    run: holding(8, (socket) => socket.write(`${HEAD}x-a: ${'b'.repeat(100_000)}\r\n\r\n`)),
  },
  noHttp: {
    refusal: /^400 MALFORMED$/,
    expects: ['400 MALFORMED', 'closed', 'held', 'not held'],
    run: holding(8, (socket) => socket.write('\u0016\u0003\u0001 hello\r\n\r\n')),
  },
  connections: {
    refusal: /^closed$/,
    expects: ['closed', 'held', 'not held'],
    run: holding(64, (socket) => socket.destroy()),
  },
  pipelined: {
    refusal: /^(429 RATE_LIMITED|closed)$/,
    expects: ['200 OK', '429 RATE_LIMITED', 'closed', 'held', 'not held'],
    run: holding(8, (socket) => {
      const one = `${HEAD}content-length: ${QUERY.length}\r\n\r\n${QUERY}`;
      socket.write(one.repeat(2_000));
    }),
  },
  unread: {
    refusal: /^(held|429 RATE_LIMITED)$/,
    expects: ['200 OK', '429 RATE_LIMITED', '503 UNAVAILABLE', 'closed', 'held', 'not held'],
    run: holding(64, (socket) => {
      const body = '{"query":"{ cities(limit: 3000) { id code text n } }"}';
      socket.pause();
      socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`.repeat(8));
    }),
  },
};
