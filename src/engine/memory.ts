/**
 * Views of an engine's linear memory. A view shows what the memory was when it was taken, so it is
 * taken anew whenever the memory has grown, and not held by callers; what stands in the staging
 * area stays in place, and its views with it.
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

  /** A word at an address that is a multiple of 4. */
  u32(address: number): number {
    this.#refresh();
    return this.#words[address >>> 2] as number;
  }

  /** A copy of `count` words: row numbers that must outlive the next call. */
  words(address: number, count: number): Uint32Array {
    this.#refresh();
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
    this.#refresh();
    return new Uint8Array(this.#bytes.subarray(address, address + length));
  }

  utf8(address: number, length: number): string {
    this.#refresh();
    return this.#bytes.toString('utf8', address, address + length);
  }

  latin1(address: number, length: number): string {
    this.#refresh();
    return this.#bytes.toString('latin1', address, address + length);
  }

  /** Grows the memory to hold `bytes`; throws RangeError when it cannot. */
  ensure(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65_536));
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
