/** A WebSocket of a client that costs little: a socket, and what comes is counted by its bytes. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { maskedMessage, maskedText, upgradeRequest } from '../ingest/sync-client.ts';

const HOST = '127.0.0.1';
const HEAD_END = '\r\n\r\n';
const PONG = 0x8a;
/** More often than a server asks. */
const PONG_MILLISECONDS = 10_000;

export interface Address {
  readonly port: number;
  readonly path: string;
  readonly subprotocol: string;
}

export class RawClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open({ port, path, subprotocol }: Address): Promise<RawClient> {
    const socket = connect(port, HOST);
    await once(socket, 'connect');
    socket.write(upgradeRequest(path, subprotocol));
    let head = '';
    while (!head.includes(HEAD_END)) head += String((await once(socket, 'data'))[0]);
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`a handshake expected 101, got ${head}`);
    socket.resume();
    return new RawClient(socket);
  }

  /** Resolves when a text has come, whatever else comes before. */
  async heard(text: string): Promise<void> {
    let heard = '';
    while (!heard.includes(text)) heard += String((await once(this.#socket, 'data'))[0]);
  }

  onData(listener: (bytes: Buffer) => void): void {
    this.#socket.on('data', listener);
  }

  send(...frames: readonly Uint8Array[]): void {
    this.#socket.write(maskedMessage(...frames));
  }

  sendText(text: string): void {
    this.#socket.write(maskedText(text));
  }

  /** Tells unasked that it is there, as what comes is not looked at for pings. */
  keepTelling(): void {
    const pong = maskedMessage();
    pong[0] = PONG;
    const timer = setInterval(() => this.#socket.write(pong), PONG_MILLISECONDS);
    this.#socket.once('close', () => clearInterval(timer));
  }

  close(): void {
    this.#socket.destroy();
  }
}
