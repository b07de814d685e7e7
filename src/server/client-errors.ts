/** Answers to what is no request: bytes that are no HTTP, heads that are too long or too slow. */

import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SERVER_HEAD_BYTES_MAX, SERVER_HEAD_MILLISECONDS_MAX } from '../base/limits.ts';
import { moreThan } from '../graphql/budget.ts';
import { refusal } from '../graphql/errors.ts';
import { HttpStatus } from './respond.ts';
import { SlowRefusals } from './slow-refusals.ts';

/**
 * Each is answered once, and its connection closed. Who sends such bytes again and again waits as
 * one does who asks too fast: what they take is memory, which is to be collected.
 */
export function answerClientErrors(server: Server, isAnswering: (socket: object) => boolean): void {
  const refusals = new SlowRefusals();
  const known = new WeakSet<object>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What comes behind such bytes is none of HTTP either.
    if (known.has(socket)) return;
    known.add(socket);
    // Within another answer it would be read as a part of that.
    if (!socket.writable || isAnswering(socket)) return void socket.destroy();
    socket.pause();
    const tell = () => {
      if (socket.destroyed) return;
      // A client that is still sending would not get to read the answer.
      socket.resume();
      answer(socket as Socket, error.code);
    };
    refusals.hasWaited().then(tell, tell);
  });
}

function answer(socket: Socket, code: string | undefined): void {
  const { status, error } = refusalOf(code);
  const { message, extensions } = refusal(error);
  const { http: _http, ...shown } = extensions;
  const body = `${JSON.stringify({ errors: [{ message, extensions: shown }] })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function refusalOf(code: string | undefined) {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const what = 'the bytes of the head of a request';
      const limit = 'SERVER_HEAD_BYTES_MAX';
      const error = moreThan({ limit, what, max: SERVER_HEAD_BYTES_MAX });
      return { status: HttpStatus.HEAD_TOO_LARGE, error };
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT': {
      const what = 'the milliseconds in which a request comes';
      const limit = 'SERVER_HEAD_MILLISECONDS_MAX';
      const error = moreThan({ limit, what, max: SERVER_HEAD_MILLISECONDS_MAX });
      return { status: HttpStatus.REQUEST_TIMEOUT, error };
    }
    default: {
      const message = 'a connection expected a request of HTTP/1.1, got other bytes';
      return {
        status: HttpStatus.BAD_REQUEST,
        error: new DatabaseError(ErrorCode.MALFORMED, message),
      };
    }
  }
}
