/** An HTTP server that is patient up to its limits: with slow clients, and with many of them. */

import { createServer, type RequestListener, type Server } from 'node:http';
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

export function createPatientServer(serve: RequestListener): Server {
  const server = createServer(
    {
      requestTimeout: SERVER_REQUEST_MILLISECONDS_MAX,
      headersTimeout: SERVER_HEAD_MILLISECONDS_MAX,
      connectionsCheckingInterval: SERVER_CHECK_MILLISECONDS,
      maxHeaderSize: SERVER_HEAD_BYTES_MAX,
    },
    withoutLongPipelines(serve),
  );
  server.maxConnections = SERVER_CONNECTIONS_MAX;
  server.setTimeout(SERVER_IDLE_MILLISECONDS_MAX);
  answerClientErrors(server);
  return server;
}

/** Node begins each request that has come, whether those before it are answered or not. */
function withoutLongPipelines(serve: RequestListener): RequestListener {
  const unanswered = new WeakMap<object, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    if (count > SERVER_PIPELINED_MAX) {
      socket.destroy();
      return;
    }
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    serve(request, response);
  };
}
