/**
 * The framing of RFC 6455, section 5, on the side of a server. The `ws` package puts each message
 * together in memory of its own, which costs a copy of all that comes; here the content of binary
 * messages is unmasked where the socket put it and handed on in pieces.
 *
 *     frame   fin 1 bit, reserved 3, opcode 4; mask 1, length 7; length 16 or 64; mask key 32;
 *             content
 */

import { isUtf8 } from 'node:buffer';

const Opcode = { CONTINUE: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;
const HEAD_BYTES_MAX = 14;
const CONTROL_BYTES_MAX = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;

export const CloseCode = {
  NORMAL: 1000,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  INVALID_TEXT: 1007,
  POLICY_VIOLATION: 1008,
  /** The server goes; its clients may come back. */
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  /** As graphql-transport-ws has it: the right to be connected has ended. */
  FORBIDDEN: 4403,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

export interface WebSocketEvents {
  /** Content of binary messages, in order; answers how many bytes it takes. */
  data(bytes: Uint8Array): number;
  ping(content: Uint8Array): void;
  /** The other side closes, with a code where it gives one. */
  close(code: number | undefined): void;
  /** The other side breaks the protocol; nothing more is read. */
  breach(code: CloseCode): void;
}

const NOTHING = new Uint8Array(0);

export class WebSocketReader {
  readonly #events: WebSocketEvents;
  /** Of a frame that has begun, and its mask: connections that are idle have none. */
  #head: Uint8Array = NOTHING;
  #headFilled = 0;
  #headBytes = 2;
  #isWithin = false;
  #opcode: number = Opcode.CONTINUE;
  #isFinal = true;
  #mask: Uint8Array = NOTHING;
  /** Bytes of content that are still to come. */
  #left = 0;
  /** How much of the content was unmasked: the phase of the mask. */
  #unmasked = 0;
  /** Whether a message of several frames is open. */
  #isFragmented = false;
  #control: Uint8Array = NOTHING;
  #isOver = false;

  constructor(events: WebSocketEvents) {
    this.#events = events;
  }

  /**
   * Takes bytes of the socket and unmasks them in place; answers how many. Those left over are
   * unmasked already as far as they are content: they come again, first, in the next call.
   */
  push(chunk: Uint8Array, unmaskedBefore: number): Taken {
    let at = 0;
    let unmasked = unmaskedBefore;
    while (!this.#isOver) {
      if (!this.#isWithin) {
        at = this.#readHead(chunk, at);
        if (!this.#isWithin) break;
        unmasked = 0;
      }
      const end = Math.min(chunk.length, at + this.#left);
      this.#unmask(chunk.subarray(Math.min(at + unmasked, end), end));
      const taken = this.#content(chunk.subarray(at, end));
      const wanted = end - at;
      this.#left -= taken;
      at += taken;
      if (taken < wanted) return { bytes: at, unmasked: wanted - taken };
      unmasked = 0;
      if (this.#left > 0) break;
      this.#isWithin = false;
      this.#finish();
    }
    return { bytes: this.#isOver ? chunk.length : at, unmasked: 0 };
  }

  /** Takes bytes of the head of a frame; sets `#isWithin` when it is whole and right. */
  #readHead(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.#headFilled === 0 && at < chunk.length) this.#head = new Uint8Array(HEAD_BYTES_MAX);
    for (;;) {
      while (this.#headFilled < this.#headBytes && at < chunk.length) {
        this.#head[this.#headFilled++] = chunk[at++] as number;
      }
      if (this.#headFilled < this.#headBytes) return at;
      const whole = headBytes(this.#head);
      if (whole === this.#headBytes) break;
      this.#headBytes = whole;
    }
    this.#headFilled = 0;
    this.#headBytes = 2;
    const code = this.#begin();
    if (code === undefined) this.#isWithin = true;
    else {
      this.#isOver = true;
      this.#events.breach(code);
    }
    return at;
  }

  /** Begins the frame whose head is whole; answers what is wrong with it. */
  #begin(): CloseCode | undefined {
    const [first = 0, second = 0] = this.#head;
    const opcode = first & 0x0f;
    const isControl = opcode >= Opcode.CLOSE;
    this.#isFinal = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0 || (second & 0x80) === 0) return CloseCode.PROTOCOL_ERROR;
    const length = contentLength(this.#head);
    if (isControl && (!this.#isFinal || length > CONTROL_BYTES_MAX)) {
      return CloseCode.PROTOCOL_ERROR;
    }
    if (opcode === Opcode.TEXT && !this.#isFragmented) return CloseCode.UNSUPPORTED_DATA;
    const isKnown = opcode <= Opcode.BINARY || (isControl && opcode <= Opcode.PONG);
    const isContinued = opcode === Opcode.CONTINUE;
    if (!isKnown || (!isControl && isContinued !== this.#isFragmented)) {
      return CloseCode.PROTOCOL_ERROR;
    }
    if (length > Number.MAX_SAFE_INTEGER) return CloseCode.PROTOCOL_ERROR;
    this.#opcode = opcode;
    const maskAt = headBytes(this.#head) - MASK_BYTES;
    this.#mask = this.#head.subarray(maskAt, maskAt + MASK_BYTES);
    this.#left = length;
    this.#unmasked = 0;
    if (!isControl) this.#isFragmented = !this.#isFinal;
    return undefined;
  }

  #content(bytes: Uint8Array): number {
    if (this.#opcode < Opcode.CLOSE) return bytes.length === 0 ? 0 : this.#events.data(bytes);
    const joined = new Uint8Array(this.#control.length + bytes.length);
    joined.set(this.#control);
    joined.set(bytes, this.#control.length);
    this.#control = joined;
    return bytes.length;
  }

  #finish(): void {
    const control = this.#control;
    this.#head = NOTHING;
    this.#mask = NOTHING;
    this.#control = NOTHING;
    if (this.#opcode === Opcode.PING) this.#events.ping(control);
    if (this.#opcode !== Opcode.CLOSE) return;
    this.#isOver = true;
    if (control.length === 1) return this.#events.breach(CloseCode.PROTOCOL_ERROR);
    const [high, low] = control;
    const code = high === undefined || low === undefined ? undefined : high * 256 + low;
    if (code !== undefined && !isCloseCode(code)) this.#events.breach(CloseCode.PROTOCOL_ERROR);
    else if (!isUtf8(control.subarray(2))) this.#events.breach(CloseCode.INVALID_TEXT);
    else this.#events.close(code);
  }

  #unmask(bytes: Uint8Array): void {
    unmask(bytes, this.#mask, this.#unmasked & 3);
    this.#unmasked += bytes.length;
  }
}

export interface Taken {
  /** Bytes of the chunk that were taken. */
  readonly bytes: number;
  /** Of those that were not, how many are unmasked content. */
  readonly unmasked: number;
}

const SERVER_OPCODES = { binary: Opcode.BINARY, close: Opcode.CLOSE, pong: Opcode.PONG } as const;

/** An unmasked frame of a server around a whole message, which is given in parts. */
export function serverFrame(
  opcode: keyof typeof SERVER_OPCODES,
  ...content: readonly Uint8Array[]
): Uint8Array {
  let length = 0;
  for (const part of content) length += part.length;
  const extra = length < LENGTH_16 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extra + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | SERVER_OPCODES[opcode];
  frame[1] = extra === 0 ? length : extra === 2 ? LENGTH_16 : LENGTH_64;
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  let at = 2 + extra;
  for (const part of content) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** Bytes of a head whose first bytes are known. */
function headBytes(head: Uint8Array): number {
  const second = head[1] as number;
  const length = second & 0x7f;
  const extra = length === LENGTH_16 ? 2 : length === LENGTH_64 ? 8 : 0;
  return 2 + extra + ((second & 0x80) === 0 ? 0 : MASK_BYTES);
}

function contentLength(head: Uint8Array): number {
  const length = (head[1] as number) & 0x7f;
  const view = new DataView(head.buffer);
  if (length === LENGTH_16) return view.getUint16(2);
  return length === LENGTH_64 ? Number(view.getBigUint64(2)) : length;
}

/** Codes that may be sent: RFC 6455, section 7.4, and what is registered since. */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** Four bytes at a time between the multiples of four. */
function unmask(bytes: Uint8Array, mask: Uint8Array, phase: number): void {
  const lead = Math.min(bytes.length, -bytes.byteOffset & 3);
  const wordCount = (bytes.length - lead) >> 2;
  const end = lead + wordCount * 4;
  unmaskBytes(bytes.subarray(0, lead), mask, phase);
  if (wordCount > 0) {
    const key = wordOf(mask, phase + lead);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + lead, wordCount);
    for (let word = 0; word < wordCount; word++) words[word] = (words[word] as number) ^ key;
  }
  unmaskBytes(bytes.subarray(end), mask, phase + end);
}

/** The mask from a phase on, as the word that its four bytes make here. */
function wordOf(mask: Uint8Array, phase: number): number {
  for (let index = 0; index < MASK_BYTES; index++) {
    keyBytes[index] = mask[(phase + index) & 3] as number;
  }
  return keyWord[0] as number;
}

const keyBytes = new Uint8Array(MASK_BYTES);
const keyWord = new Uint32Array(keyBytes.buffer);

function unmaskBytes(bytes: Uint8Array, mask: Uint8Array, phase: number): void {
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (bytes[at] as number) ^ (mask[(phase + at) & 3] as number);
  }
}
