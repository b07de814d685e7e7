/**
 * Views of an engine's linear memory, which is shared: when it has grown, a view still shows the
 * begin of it. So a view is taken anew only for what stands behind its end, since to ask for the
 * buffer of the memory costs more than to read from it. Callers do not hold views, except of what
 * stands in the staging area.
 */
export class EngineMemory {
  readonly #memory: WebAssembly.Memory;
  #buffer: ArrayBufferLike;
  /** Every buffer that the memory had: after it has grown, the old ones still show its begin. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #bytes: Buffer;
  #words: Uint32Array;
  #view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#bytes = Buffer.from(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
    this.#buffers.add(memory.buffer);
  }

  /** For threads that share it. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  get bytes(): Buffer {
    this.#refresh();
    return this.#bytes;
  }

  get view(): DataView {
    this.#refresh();
    return this.#view;
  }

  u8(address: number): number {
    this.#reach(address + 1);
    return this.#bytes[address] as number;
  }

  /** A word at an address that is a multiple of 4. */
  u32(address: number): number {
    this.#reach(address + 4);
    return this.#words[address >>> 2] as number;
  }

  i64(address: number): bigint {
    this.#reach(address + 8);
    return this.#view.getBigInt64(address, true);
  }

  f64(address: number): number {
    this.#reach(address + 8);
    return this.#view.getFloat64(address, true);
  }

  /** Words in place, until the next call that may grow the memory. */
  wordView(address: number, count: number): Uint32Array {
    this.#reach(address + count * 4);
    return this.#words.subarray(address >>> 2, (address >>> 2) + count);
  }

  /** A copy of `count` words: row numbers that must outlive the next call. */
  words(address: number, count: number): Uint32Array {
    this.#reach(address + count * 4);
    return this.#words.slice(address >>> 2, (address >>> 2) + count);
  }

  /** The memory itself, to be written by the host; growth leaves such a view as it is. */
  shared(address: number, length: number): Uint8Array {
    this.#refresh();
    return new Uint8Array(this.#buffer, address, length);
  }

  /** Whether a view is of this memory. */
  isShared(view: Uint8Array): boolean {
    return this.#buffers.has(view.buffer);
  }

  /** A copy of bytes. */
  copy(address: number, length: number): Uint8Array {
    return new Uint8Array(this.copyInto(Buffer.allocUnsafeSlow(length), address).buffer);
  }

  /** Fills a buffer, which copies at once; the constructor copies shared memory word by word. */
  copyInto(copy: Buffer<ArrayBuffer>, address: number): Buffer<ArrayBuffer> {
    this.#reach(address + copy.length);
    this.#bytes.copy(copy, 0, address, address + copy.length);
    return copy;
  }

  utf8(address: number, length: number): string {
    this.#reach(address + length);
    return this.#bytes.toString('utf8', address, address + length);
  }

  latin1(address: number, length: number): string {
    this.#reach(address + length);
    return this.#bytes.toString('latin1', address, address + length);
  }

  /** Grows the memory to hold `bytes`; throws RangeError when it cannot. */
  ensure(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65_536));
  }

  /** Takes views anew when those that are there end before `end`. */
  #reach(end: number): void {
    if (end > this.#bytes.length) this.#refresh();
  }

  #refresh(): void {
    if (this.#buffer === this.#memory.buffer) return;
    this.#buffer = this.#memory.buffer;
    this.#buffers.add(this.#buffer);
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }
}
