/**
 * The part of CBOR (RFC 8949) that headers are made of, in its one canonical form: definite
 * lengths, every head as short as it can be. Writing gives that form only; reading takes nothing
 * else. Runs anywhere: no Node API.
 *
 *     head   major type 3 bits, argument 5 bits: up to 23 the number itself; 24, 25, 26 or 27 for
 *            1, 2, 4 or 8 bytes of it that follow, big-endian
 */

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;

const TWO_32 = 2 ** 32;
const NOTHING = new Uint8Array(0);

/** A text as CBOR, for `literal`. */
export function cborText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const writer = new CborWriter(9 + bytes.length);
  writer.text(bytes);
  return writer.written();
}

export class CborWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** `capacity` bytes are never passed: the caller knows what it writes. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Bytes that are CBOR already. */
  literal(item: Uint8Array): void {
    this.#bytes.set(item, this.#at);
    this.#at += item.length;
  }

  unsigned(value: number): void {
    this.#head(UNSIGNED, value);
  }

  unsigned64(value: bigint): void {
    this.#head64(UNSIGNED, Number(value >> 32n), Number(value & 0xffff_ffffn));
  }

  bytes(value: Uint8Array): void {
    this.#head(BYTES, value.length);
    this.literal(value);
  }

  text(utf8: Uint8Array): void {
    this.#head(TEXT, utf8.length);
    this.literal(utf8);
  }

  list(count: number): void {
    this.#head(LIST, count);
  }

  map(count: number): void {
    this.#head(MAP, count);
  }

  #head(major: number, value: number): void {
    this.#head64(major, Math.floor(value / TWO_32), value % TWO_32);
  }

  #head64(major: number, high: number, low: number): void {
    const type = major << 5;
    if (high > 0) {
      this.#u8(type | 27);
      this.#u32(high);
      this.#u32(low);
    } else if (low > 0xffff) {
      this.#u8(type | 26);
      this.#u32(low);
    } else if (low > 0xff) {
      this.#u8(type | 25);
      this.#u8(low >> 8);
      this.#u8(low);
    } else {
      if (low > 23) this.#u8(type | 24);
      this.#u8(low > 23 ? low : type | low);
    }
  }

  #u32(value: number): void {
    this.#u8(value >>> 24);
    this.#u8(value >>> 16);
    this.#u8(value >>> 8);
    this.#u8(value);
  }

  #u8(value: number): void {
    this.#bytes[this.#at++] = value;
  }
}

/**
 * Reads what the caller expects next. The first thing that is not so ends the reading: from then
 * on every answer is 0 or empty, `isSound` is false and `at` stays, so that a caller may ask once,
 * at the end.
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #isSound = true;
  /** Upper half of the argument that `#head` read; its answer holds the lower one. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isSound(): boolean {
    return this.#isSound;
  }

  get at(): number {
    return this.#at;
  }

  /** Takes exactly these bytes. */
  literal(item: Uint8Array): void {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let index = 0; index < item.length; index++) {
      if (bytes[start + index] !== item[index]) return this.#fail();
    }
    if (this.#isSound) this.#at = start + item.length;
  }

  /** Whether this byte is next, without taking it. */
  isNext(byte: number): boolean {
    return this.#bytes[this.#at] === byte;
  }

  /** A whole number; one above 2^53 is rounded, and stays above 2^53 - 1. */
  unsigned(): number {
    const low = this.#head(UNSIGNED);
    return this.#high * TWO_32 + low;
  }

  unsigned64(): bigint {
    const low = this.#head(UNSIGNED);
    return (BigInt(this.#high) << 32n) | BigInt(low);
  }

  /** `count` bytes behind their head, as a view. */
  bytes(count: number): Uint8Array {
    if (this.#head(BYTES) !== count || this.#high !== 0) this.#fail();
    return this.raw(count);
  }

  /** `count` bytes without a head, as a view. */
  raw(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) this.#fail();
    if (!this.#isSound) return NOTHING;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** How many items follow, as it is claimed: there need not be as many. */
  list(): number {
    const low = this.#head(LIST);
    return this.#high * TWO_32 + low;
  }

  map(count: number): void {
    if (this.#head(MAP) !== count || this.#high !== 0) this.#fail();
  }

  end(): void {
    if (this.#at !== this.#bytes.length) this.#fail();
  }

  #fail(): void {
    this.#isSound = false;
  }

  /** Takes a head; its argument must be in the shortest form. */
  #head(major: number): number {
    const bytes = this.#bytes;
    const first = bytes[this.#at] ?? 0xff;
    const argument = first & 0x1f;
    const width = argument < 24 ? 0 : 1 << (argument - 24);
    const end = this.#at + 1 + width;
    this.#high = 0;
    if (!this.#isSound || first >> 5 !== major || argument > 27 || end > bytes.length) {
      this.#fail();
      return 0;
    }
    let low = width === 0 ? argument : 0;
    for (let at = end - Math.min(width, 4); at < end; at++) low = low * 256 + (bytes[at] as number);
    if (width === 8) this.#high = this.#upper(this.#at + 1);
    if (!this.#isShortest(width, low)) {
      this.#fail();
      return 0;
    }
    this.#at = end;
    return low;
  }

  #upper(start: number): number {
    let high = 0;
    for (let at = start; at < start + 4; at++) high = high * 256 + (this.#bytes[at] as number);
    return high;
  }

  #isShortest(width: number, low: number): boolean {
    if (width === 8) return this.#high > 0;
    if (width === 4) return low > 0xffff;
    return width === 0 || low > (width === 2 ? 0xff : 23);
  }
}
