/**
 * Buffers that are used again. To make a large one for each answer takes as long as to fill it, and
 * the garbage collector is told of it each time.
 */

/** Below, Node takes buffers from a larger one that it has. */
const POOLED_BYTES_MIN = 4_096;

export class BufferPool {
  readonly #bytesLargest: number;
  readonly #bytesKept: number;
  /** Of nobody, by their size, which is a power of 2. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  /** All that were given out and may come back. */
  readonly #out = new WeakSet<ArrayBufferLike>();
  #bytes = 0;

  /** Larger ones are not kept, nor more than so many bytes in all. */
  constructor(options: { readonly bytesLargest: number; readonly bytesKept: number }) {
    this.#bytesLargest = options.bytesLargest;
    this.#bytesKept = options.bytesKept;
  }

  /** A buffer of this length, with whatever it held before. */
  take(length: number): Buffer<ArrayBuffer> {
    if (length < POOLED_BYTES_MIN || length > this.#bytesLargest) {
      return Buffer.allocUnsafe(length);
    }
    const size = 1 << (32 - Math.clz32(length - 1));
    const kept = this.#free.get(size)?.pop();
    if (kept !== undefined) this.#bytes -= size;
    const memory = kept ?? new ArrayBuffer(size);
    this.#out.add(memory);
    return Buffer.from(memory, 0, length);
  }

  /** Whether a buffer is to be given back once nobody reads it any more; it need not be. */
  isPooled({ buffer }: Uint8Array): boolean {
    return this.#out.has(buffer);
  }

  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || !this.#out.delete(buffer)) return;
    const size = buffer.byteLength;
    if (this.#bytes + size > this.#bytesKept) return;
    this.#bytes += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
  }
}
