/** Answers to what is no request: bytes that are no HTTP, heads that are too long or too slow. */

import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SERVER_HEAD_BYTES_MAX, SERVER_HEAD_MILLISECONDS_MAX } from '../base/limits.ts';
import { moreThan } from '../graphql/budget.ts';
import { refusal } from '../graphql/errors.ts';
import { HttpStatus } from './respond.ts';

/** Each is answered once, and its connection closed. */
export function answerClientErrors(server: Server, isAnswering: (socket: object) => boolean): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Within another answer it would be read as a part of that.
    if (!socket.writable || isAnswering(socket)) socket.destroy();
    else answer(socket as Socket, error.code);
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
