import { DatabaseError, ErrorCode } from './errors.ts';
import { u16At, u32At } from './little-endian.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads little-endian numbers and bytes; whatever lies beyond the end is MALFORMED. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #view: DataView | undefined;
  /** What is read, for errors: `a transaction`. */
  readonly #what: string;
  #at = 0;

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  u16(): number {
    return u16At(this.#bytes, this.#take(2));
  }

  u32(): number {
    return u32At(this.#bytes, this.#take(4));
  }

  i64(): bigint {
    return this.#wide().getBigInt64(this.#take(8), true);
  }

  u64(): bigint {
    return this.#wide().getBigUint64(this.#take(8), true);
  }

  f64(): number {
    return this.#wide().getFloat64(this.#take(8), true);
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

  #wide(): DataView {
    const bytes = this.#bytes;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }

  #take(count: number): number {
    if (count > this.left) throw this.malformed(`${count} bytes`, `${this.left} more`);
    this.#at += count;
    return this.#at - count;
  }
}
