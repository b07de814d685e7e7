import { DatabaseError, ErrorCode } from './errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads little-endian numbers and bytes; whatever lies beyond the end is MALFORMED. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** What is read, for errors: `a transaction`. */
  readonly #what: string;
  #at = 0;

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get offset(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A view of the next bytes. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  utf8(count: number): string {
    const bytes = this.bytes(count);
    try {
      return UTF8.decode(bytes);
    } catch (cause) {
      throw this.malformed('UTF-8', 'other bytes', cause);
    }
  }

  /** The error for what was read last. */
  malformed(expected: string, actual: string | number, cause?: unknown): DatabaseError {
    return new DatabaseError(
      ErrorCode.MALFORMED,
      `${this.#what} expected ${expected} before byte ${this.#at}, got ${actual}`,
      { cause },
    );
  }

  #take(count: number): number {
    if (count > this.left) throw this.malformed(`${count} bytes`, `${this.left} more`);
    this.#at += count;
    return this.#at - count;
  }
}
