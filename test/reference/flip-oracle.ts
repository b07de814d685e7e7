/**
 * Which reasons are right when one bit of a valid commit is flipped, by where the bit stands: told
 * from a map of the commit's parts and the grammar of schema/commit.md, without reading the
 * flipped commit as a whole. Most places allow one reason. A flipped length may be found where
 * the parts that it moves are read, so it allows those of the parts that follow.
 */

/** Reasons for a flipped bit. */
export type RightReasons = readonly string[];

/** A stretch of bytes; `reasons` answers for a bit in it, by its place from the start. */
interface Part {
  readonly name: string;
  readonly end: number;
  readonly reasons: (bit: number) => RightReasons;
}

const SEGMENTS = ['segment.count', 'segment.state', 'segment.length'];
const TRANSACTIONS = ['transaction.length', 'leaf.kind', ...SEGMENTS, 'count.mismatch'];
const LENGTH_OF_DICTIONARY = ['dictionary.length', ...TRANSACTIONS, 'dictionary.mismatch'];
const LENGTH_OF_TRANSACTION = [...TRANSACTIONS, 'root.mismatch'];
const LENGTH_OF_SEGMENT = ['segment.state', 'segment.length', 'root.mismatch'];

/** The map of one valid commit. */
export class FlipOracle {
  readonly #bytes: Buffer;
  readonly #parts: Part[] = [];
  #end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
    this.#commit();
    if (this.#end !== bytes.length) throw new Error(`${this.#end} of ${bytes.length} bytes mapped`);
  }

  /** The part that a bit is in, and what is right for it. */
  at(bit: number): { readonly part: string; readonly reasons: RightReasons } {
    let start = 0;
    for (const { name, end, reasons } of this.#parts) {
      if (bit < end * 8) return { part: name, reasons: reasons(bit - start * 8) };
      start = end;
    }
    throw new Error(`bit ${bit} expected a place in the commit`);
  }

  #commit(): void {
    const isPartial = this.#bytes[1] === 1;
    const headerEnd = 4 + this.#bytes.readUInt16LE(2);
    const isSegmented = this.#field('format')[0] === 2;
    this.#part('envelope format', 1, ['envelope.unsupported']);
    this.#partBy('envelope form', 1, (bit) => {
      if (bit > 0) return ['form.unsupported'];
      if (!isSegmented) return ['form.mismatch'];
      return isPartial ? ['payload.length', ...LENGTH_OF_TRANSACTION] : LENGTH_OF_TRANSACTION;
    });
    this.#part('header length', 2, ['header.length', 'header.noncanonical']);
    this.#header(headerEnd, isPartial);
    this.#part('signature', 64, ['signature.invalid']);
    this.#part('dictionary length', 4, LENGTH_OF_DICTIONARY);
    this.#part('dictionary', this.#bytes.readUInt32LE(this.#end - 4), ['dictionary.mismatch']);
    if (isSegmented && !isPartial) this.#part('secret', 32, ['root.mismatch']);
    while (this.#end < this.#bytes.length) this.#transaction(isSegmented, isPartial);
  }

  #header(end: number, isPartial: boolean): void {
    const form = ['header.noncanonical'];
    this.#part('map', 1, form);
    while (this.#end < end) {
      const length = this.#byte() & 0x1f;
      const name = this.#bytes.toString('latin1', this.#end + 1, this.#end + 1 + length);
      this.#part(`key ${name}`, 1 + length, form);
      const first = this.#byte();
      if (first === 0x58) this.#hash(name, 2);
      else if (first === 0xd8) this.#hash(name, 9);
      else if (first === 0xf6) this.#part('no previous', 1, form);
      else if (first >> 5 === 4) this.#parents(first & 0x1f);
      else this.#number(name, isPartial);
    }
  }

  #hash(name: string, head: number): void {
    this.#part(`head of ${name}`, head, ['header.noncanonical']);
    const order = name === 'parents' ? ['header.value'] : [];
    this.#part(name, 32, ['signature.invalid', ...order]);
  }

  #parents(count: number): void {
    // Up to 23 have their count in one byte, and another count would need other links.
    const head = count < 24 ? 1 : 2;
    const links = count < 24 ? count : this.#bytes.readUInt8(this.#end + 1);
    this.#part('count of parents', head, ['header.noncanonical']);
    for (let index = 0; index < links; index++) this.#hash('parents', 9);
  }

  /** The number as it would be read after the flip says what is right. */
  #number(name: string, isPartial: boolean): void {
    const argument = this.#byte() & 0x1f;
    const width = 1 + (argument < 24 ? 0 : 1 << (argument - 24));
    const item = this.#bytes.subarray(this.#end, this.#end + width);
    this.#partBy(name, width, (bit) => {
      const value = shortestNumber(flipped(item, bit));
      return value === undefined ? ['header.noncanonical'] : [numberReason(name, value, isPartial)];
    });
  }

  #transaction(isSegmented: boolean, isPartial: boolean): void {
    const end = this.#end + 4 + this.#bytes.readUInt32LE(this.#end);
    this.#part('transaction length', 4, LENGTH_OF_TRANSACTION);
    const leaf = this.#byte();
    this.#partBy('leaf', 1, (bit) => {
      if (bit > 0 || !isSegmented) return ['leaf.kind'];
      return leaf === 1 ? ['root.mismatch'] : [...SEGMENTS, 'root.mismatch'];
    });
    this.#part('transaction id and actor', 18, ['root.mismatch']);
    if (leaf === 0) return this.#part('deltas', end - this.#end, ['root.mismatch']);
    this.#part('count of segments', 2, SEGMENTS);
    while (this.#end < end) this.#segment(isPartial);
  }

  #segment(isPartial: boolean): void {
    this.#part('relation', 2, ['root.mismatch']);
    const state = this.#byte();
    this.#partBy('state', 1, (bit) => {
      return bit === 0 && isPartial ? LENGTH_OF_SEGMENT : ['segment.state'];
    });
    if (isPartial) this.#part(state === 1 ? 'withheld hash' : 'salt', 32, ['root.mismatch']);
    if (state === 1) return;
    this.#part('count of deltas', 2, ['root.mismatch']);
    const length = this.#bytes.readUInt32LE(this.#end);
    this.#part('segment length', 4, LENGTH_OF_SEGMENT);
    this.#part('deltas of a segment', length, ['root.mismatch']);
  }

  #field(name: string): Buffer {
    const at = this.#bytes.indexOf(`${String.fromCharCode(0x60 | name.length)}${name}`, 4);
    return this.#bytes.subarray(at + 1 + name.length);
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#end);
  }

  #part(name: string, bytes: number, reasons: RightReasons): void {
    this.#partBy(name, bytes, () => reasons);
  }

  #partBy(name: string, bytes: number, reasons: Part['reasons']): void {
    this.#end += bytes;
    this.#parts.push({ name, end: this.#end, reasons });
  }
}

export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

/** A whole number in its shortest form that fills these bytes. */
function shortestNumber(item: Uint8Array): bigint | undefined {
  const [first = 0xff] = item;
  const width = item.length - 1;
  if (width === 0) return first < 24 ? BigInt(first) : undefined;
  if (first !== 24 + Math.log2(width)) return undefined;
  const value = BigInt(`0x${Buffer.from(item.subarray(1)).toString('hex')}`);
  const least = [24n, 0x100n, 0x1_0000n, 0x1_0000_0000n][Math.log2(width)] as bigint;
  return value >= least ? value : undefined;
}

function numberReason(name: string, value: bigint, isPartial: boolean): string {
  const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
    epoch: [0n, 2n ** 53n - 1n],
    sequence: [1n, 2n ** 53n - 1n],
    clock: [1n, 2n ** 63n - 1n],
    transactions: [1n, 65_535n],
    payload: [1n, 8_388_608n],
  };
  const range = ranges[name];
  if (range === undefined) {
    const isKnown = name === 'format' && (value === 1n || value === 2n);
    return isKnown ? 'signature.invalid' : `${name}.unsupported`;
  }
  if (value < range[0] || value > range[1]) return 'header.value';
  return name === 'payload' && !isPartial ? 'payload.length' : 'signature.invalid';
}
