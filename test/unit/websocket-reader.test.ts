import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import { CloseCode, WebSocketReader } from '../../src/server/websocket-reader.ts';
import { Seeded } from '../seeded.ts';

const BINARY = 2;

interface Heard {
  readonly data: Uint8Array[];
  readonly pings: string[];
  readonly closes: (number | undefined)[];
  readonly breaches: number[];
}

/** A reader over random chunks, whose listener takes as much as `takes` says each time. */
function read(chunks: readonly Uint8Array[], takes = (wanted: number) => wanted): Heard {
  const heard: Heard = { data: [], pings: [], closes: [], breaches: [] };
  const reader = new WebSocketReader({
    data: (bytes) => {
      const taken = takes(bytes.length);
      heard.data.push(Uint8Array.from(bytes.subarray(0, taken)));
      return taken;
    },
    ping: (content) => heard.pings.push(Buffer.from(content).toString()),
    close: (code) => heard.closes.push(code),
    breach: (code) => heard.breaches.push(code),
  });
  let rest: Uint8Array = new Uint8Array(0);
  let unmasked = 0;
  const waiting = chunks.map((chunk) => Uint8Array.from(chunk));
  while (rest.length > 0 || waiting.length > 0) {
    if (rest.length === 0) rest = waiting.shift() ?? rest;
    const taken = reader.push(rest, unmasked);
    rest = rest.subarray(taken.bytes);
    unmasked = taken.unmasked;
  }
  return heard;
}

interface FrameOptions {
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  readonly reserved?: number;
  /** 16 or 64 bits for the length, also where fewer would do. */
  readonly lengthBits?: 16 | 64;
}

/** A frame as a client sends it, put together apart from the source. */
function frame(opcode: number, content: Uint8Array, options: FrameOptions = {}): Uint8Array {
  const { isFinal = true, isMasked = true, reserved = 0, lengthBits } = options;
  const bits = lengthBits ?? (content.length < 126 ? 0 : content.length < 65_536 ? 16 : 64);
  const length = new Uint8Array(bits / 8);
  for (
    let at = length.length - 1, left = content.length;
    at >= 0;
    at--, left = Math.floor(left / 256)
  ) {
    length[at] = left & 0xff;
  }
  const code = bits === 0 ? content.length : bits === 16 ? 126 : 127;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? Uint8Array.of(0x12, 0x9a, 0xff, 0x03) : new Uint8Array(0);
  const masked = content.map((byte, index) => byte ^ (isMasked ? (mask[index & 3] as number) : 0));
  return concatBytes(Uint8Array.of(first, (isMasked ? 0x80 : 0) | code), length, mask, masked);
}

function cut(bytes: Uint8Array, seeded: Seeded): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = seeded.pick([1, 2, 3, 7, 50, 200, 1000]);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

describe('[Q1] the framing of RFC 6455', () => {
  test('gives the content back, however the stream is cut and however little is taken', () => {
    let [partly, whole] = [0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const seeded = new Seeded(seed);
      const messages = Array.from({ length: seeded.between(1, 8) }, () =>
        seeded.bytes(seeded.pick([0, 1, 5, 125, 126, 127, 300, 70_000 - 65_000])),
      );
      const stream = concatBytes(
        ...messages.map((message) => {
          const split = seeded.below(message.length + 1);
          if (seeded.chance(0.5)) return frame(BINARY, message);
          return concatBytes(
            frame(BINARY, message.subarray(0, split), { isFinal: false }),
            frame(9, utf8('still there?')),
            frame(0, message.subarray(split)),
          );
        }),
      );
      const heard = read(cut(stream, seeded), (wanted) => {
        const taken = seeded.chance(0.3) ? seeded.below(wanted + 1) : wanted;
        if (taken < wanted) partly += 1;
        else whole += 1;
        return taken;
      });
      expect(concatBytes(...heard.data)).toEqual(concatBytes(...messages));
      expect([heard.breaches, heard.closes]).toEqual([[], []]);
      expect(new Set(heard.pings)).toEqual(
        new Set(heard.pings.length === 0 ? [] : ['still there?']),
      );
    }
    expect([partly > 500, whole > 500]).toEqual([true, true]);
  });

  test.each<[string, Uint8Array, number]>([
    ['is not masked', frame(BINARY, utf8('x'), { isMasked: false }), CloseCode.PROTOCOL_ERROR],
    ['has a reserved bit', frame(BINARY, utf8('x'), { reserved: 4 }), CloseCode.PROTOCOL_ERROR],
    ['has an unknown opcode', frame(3, utf8('x')), CloseCode.PROTOCOL_ERROR],
    ['has an unknown control opcode', frame(11, utf8('x')), CloseCode.PROTOCOL_ERROR],
    ['is text', frame(1, utf8('x')), CloseCode.UNSUPPORTED_DATA],
    ['continues nothing', frame(0, utf8('x')), CloseCode.PROTOCOL_ERROR],
    ['is a long ping', frame(9, new Uint8Array(126)), CloseCode.PROTOCOL_ERROR],
    ['is a ping in parts', frame(9, utf8('x'), { isFinal: false }), CloseCode.PROTOCOL_ERROR],
    ['closes with one byte', frame(8, Uint8Array.of(3)), CloseCode.PROTOCOL_ERROR],
    ['closes with a code that is none', frame(8, Uint8Array.of(3, 237)), CloseCode.PROTOCOL_ERROR],
    [
      'closes with a reason that is no UTF-8',
      frame(8, Uint8Array.of(3, 232, 0xc3)),
      CloseCode.INVALID_TEXT,
    ],
    [
      'begins a message within another',
      concatBytes(frame(BINARY, utf8('x'), { isFinal: false }), frame(BINARY, utf8('y'))),
      CloseCode.PROTOCOL_ERROR,
    ],
    [
      'is longer than numbers go',
      Uint8Array.of(0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4),
      CloseCode.PROTOCOL_ERROR,
    ],
  ])('ends at a frame that %s, and reads nothing after it', (_, bytes, code) => {
    const heard = read([concatBytes(bytes, frame(BINARY, utf8('after')))]);
    expect(heard.breaches).toEqual([code]);
    expect(Buffer.concat(heard.data).toString()).not.toContain('after');
  });

  test('takes lengths that are written longer than they need be', () => {
    const bytes = concatBytes(
      frame(BINARY, utf8('ab'), { lengthBits: 16 }),
      frame(BINARY, utf8('cd'), { lengthBits: 64 }),
    );
    expect(Buffer.concat(read([bytes]).data).toString()).toBe('abcd');
  });

  test.each<[string, Uint8Array, number | undefined]>([
    ['without a code', new Uint8Array(0), undefined],
    ['with a code', Uint8Array.of(3, 232), 1000],
    ['with a code of its own and a reason', Uint8Array.of(0x0f, 0xa1, 0x41), 4001],
  ])('hears a close %s', (_, content, code) => {
    const heard = read([concatBytes(frame(8, content), frame(BINARY, utf8('after')))]);
    expect([heard.closes, heard.breaches, heard.data]).toEqual([[code], [], []]);
  });
});
