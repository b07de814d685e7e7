/**
 * A client of the sync protocol that costs little: its frames are masked before the clock runs,
 * and of the answers it looks at no more than it counts.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { concatBytes } from '../../src/base/bytes.ts';
import {
  decodeRefusal,
  encodeHello,
  FRAME_HEAD_BYTES,
  FrameType,
  readFrameHead,
} from '../../src/replication/frame.ts';

const HOST = '127.0.0.1';
const TEXT = 0x81;
const MASK = Uint8Array.of(0x5b, 0xc2, 0x17, 0xe9);
const HEAD_END = '\r\n\r\n';

/** The HTTP request that opens a WebSocket; each of `headers` ends with a line break. */
export function upgradeRequest(path: string, subprotocol: string, headers = ''): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    `${headers}Sec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`
  );
}

/** A text in the WebSocket frame of a client. */
export function maskedText(text: string): Uint8Array {
  const message = maskedMessage(Buffer.from(text));
  message[0] = TEXT;
  return message;
}

/** A binary WebSocket frame of a client around protocol frames, ready to be written. */
export function maskedMessage(...frames: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...frames);
  const { length } = content;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const message = new Uint8Array(2 + extra + MASK.length + length);
  const view = new DataView(message.buffer);
  message[0] = 0x82;
  message[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  message.set(MASK, 2 + extra);
  const start = 2 + extra + MASK.length;
  for (let at = 0; at < length; at++) {
    message[start + at] = (content[at] as number) ^ (MASK[at & 3] as number);
  }
  return message;
}

export class SyncClient {
  readonly #socket: Socket;
  #rest: Uint8Array = new Uint8Array(0);
  #answers = 0;
  #heard: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<SyncClient> {
    const socket = connect(port, HOST);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    socket.write(upgradeRequest('/', 'massive-graph'));
    let head = '';
    while (!head.includes(HEAD_END)) head += String((await once(socket, 'data'))[0]);
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`a handshake expected 101, got ${head}`);
    const client = new SyncClient(socket);
    socket.on('data', (chunk: Buffer) => client.#take(chunk));
    socket.write(maskedMessage(encodeHello()));
    return client;
  }

  /** Answers so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Calls back whenever answers have come. */
  onAnswers(heard: () => void): void {
    this.#heard = heard;
  }

  /** Whether the system takes more at once. */
  write(message: Uint8Array): boolean {
    return this.#socket.write(message);
  }

  /** Writes all, as fast as they are taken, and waits until each is answered. */
  async sendAll(messages: readonly Uint8Array[]): Promise<void> {
    const wanted = this.#answers + messages.length;
    const done = new Promise<void>((resolve) => {
      this.#heard = () => {
        if (this.#answers === wanted) resolve();
      };
    });
    for (const message of messages) {
      if (!this.#socket.write(message)) await once(this.#socket, 'drain');
    }
    await done;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Server messages are small and whole: an answer's frame never spans two of them. */
  #take(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? chunk : concatBytes(this.#rest, chunk);
    for (;;) {
      const message = serverMessage(this.#rest);
      if (message === undefined) break;
      this.#rest = this.#rest.subarray(message.end);
      this.#count(message.content);
    }
    this.#heard();
  }

  #count(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const head = readFrameHead(content.subarray(at));
      if (head === undefined) throw new Error('an answer expected zero bytes after its type');
      const end = at + FRAME_HEAD_BYTES + head.bodyBytes;
      if (head.type === FrameType.APPLIED || head.type === FrameType.WRITTEN) this.#answers += 1;
      else if (head.type !== FrameType.WELCOME) {
        const { code, message } = decodeRefusal(content.subarray(at + FRAME_HEAD_BYTES, end));
        throw new Error(`request ${head.request} expected to be applied, got ${code}: ${message}`);
      }
      at = end;
    }
  }
}

function serverMessage(bytes: Uint8Array): { content: Uint8Array; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const code = bytes[1] as number;
  const extra = code < 126 ? 0 : code === 126 ? 2 : 8;
  if (bytes.length < 2 + extra) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length =
    extra === 0 ? code : extra === 2 ? view.getUint16(2) : Number(view.getBigUint64(2));
  const end = 2 + extra + length;
  return bytes.length < end ? undefined : { content: bytes.subarray(2 + extra, end), end };
}
