/**
 * Reads of a WebAssembly binary what decides whether all state is in its memory: imports and
 * mutable globals. Layout: WebAssembly Core Specification, section 5.5 (modules).
 */

export interface WasmSummary {
  /** `module.name` of each import. */
  readonly imports: readonly string[];
  readonly globalCount: number;
  /** Index, among the module's own globals, of each mutable one. */
  readonly mutableGlobals: readonly number[];
}

const GLOBAL_SECTION = 6;
const END = 0x0b;
const VECTOR_PREFIX = 0xfd;
const REFERENCE_NULL = 0xd0;

export function summariseWasm(bytes: Uint8Array<ArrayBuffer>): WasmSummary {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const mutable = globalMutability(bytes);
  return {
    imports: imports.map((entry) => `${entry.module}.${entry.name}`),
    globalCount: mutable.length,
    mutableGlobals: mutable.flatMap((isMutable, index) => (isMutable ? [index] : [])),
  };
}

/** For each of the module's own globals, whether it is mutable. */
function globalMutability(bytes: Uint8Array): boolean[] {
  const reader = new WasmReader(bytes, 8);
  while (reader.offset < bytes.length) {
    const section = reader.byte();
    const byteCount = reader.unsigned();
    if (section === GLOBAL_SECTION) {
      return Array.from({ length: reader.unsigned() }, () => reader.global());
    }
    reader.offset += byteCount;
  }
  return [];
}

class WasmReader {
  offset: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  byte(): number {
    const value = this.#bytes[this.offset];
    if (value === undefined) throw new Error(`byte expected at ${this.offset}, got the end`);
    this.offset += 1;
    return value;
  }

  /** LEB128, up to 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`integer expected to end before ${this.offset}`);
  }

  /** Moves behind one global: type, mutability (which is the answer), first value. */
  global(): boolean {
    this.byte();
    const mutable = this.byte() === 1;
    for (let opcode = this.byte(); opcode !== END; opcode = this.byte()) this.operands(opcode);
    return mutable;
  }

  /** Constant expressions of this engine's compiler have these few instructions. */
  operands(opcode: number): void {
    if (opcode === 0x43) this.offset += 4;
    else if (opcode === 0x44) this.offset += 8;
    else if (opcode === VECTOR_PREFIX) {
      this.unsigned();
      this.offset += 16;
    } else if ([0x41, 0x42, 0x23, 0xd2, REFERENCE_NULL].includes(opcode)) {
      while (this.byte() >= 0x80);
    } else throw new Error(`constant instruction expected, got 0x${opcode.toString(16)}`);
  }
}
