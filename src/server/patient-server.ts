/** An HTTP server that is patient up to its limits: with slow clients, and with many of them. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  SERVER_CHECK_MILLISECONDS,
  SERVER_CONNECTIONS_MAX,
  SERVER_HEAD_BYTES_MAX,
  SERVER_HEAD_MILLISECONDS_MAX,
  SERVER_IDLE_MILLISECONDS_MAX,
  SERVER_PIPELINED_MAX,
  SERVER_REQUEST_MILLISECONDS_MAX,
} from '../base/limits.ts';
import { answerClientErrors } from './client-errors.ts';
import { dropRestSlowly } from './dropped-body.ts';

export function createPatientServer(serve: RequestListener): Server {
  const unanswered: Unanswered = new WeakMap();
  const server = createServer(
    {
      requestTimeout: SERVER_REQUEST_MILLISECONDS_MAX,
      headersTimeout: SERVER_HEAD_MILLISECONDS_MAX,
      connectionsCheckingInterval: SERVER_CHECK_MILLISECONDS,
      maxHeaderSize: SERVER_HEAD_BYTES_MAX,
    },
    withoutLongPipelines(serve, unanswered),
  );
  server.maxConnections = SERVER_CONNECTIONS_MAX;
  server.setTimeout(SERVER_IDLE_MILLISECONDS_MAX);
  answerClientErrors(server, (socket) => (unanswered.get(socket)?.count ?? 0) > 0);
  return server;
}

/** Requests of a connection that have come and are not answered. */
type Unanswered = WeakMap<object, { count: number }>;

/** Node begins each request that has come, whether those before it are answered or not. */
function withoutLongPipelines(serve: RequestListener, unanswered: Unanswered): RequestListener {
  return (request, response) => {
    const { socket } = request;
    const requests = unanswered.get(socket) ?? { count: 0 };
    if (requests.count === 0) unanswered.set(socket, requests);
    requests.count += 1;
    if (requests.count > SERVER_PIPELINED_MAX) {
      parseNoMore(socket);
      socket.destroy();
      return;
    }
    response.on('close', () => {
      requests.count -= 1;
    });
    dropRestSlowly(request, response);
    serve(request, response);
  };
}

/**
 * What has come together with a request is parsed all the same, head by head, though its connection
 * has ended: Node has no word against it. But whoever hears of a head may say that the connection
 * goes on in another protocol, and then the parser leaves the rest.
 */
function parseNoMore(socket: Socket & { readonly parser?: { onIncoming: unknown } | null }): void {
  if (socket.parser) socket.parser.onIncoming = () => IN_ANOTHER_PROTOCOL;
}

/** What Node's own `onIncoming` answers then. */
const IN_ANOTHER_PROTOCOL = 2;
