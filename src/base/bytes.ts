/** Bytes and their texts. */

const ENCODER = new TextEncoder();
/** Of a unit of UTF-16 at most. */
export const UTF8_BYTES_PER_UNIT = 3;
/** Short texts are encoded here and copied: a third of the time that a new encoding takes. */
const encoded = new Uint8Array(1024);

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The bytes of a hex text whose form the caller knows. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function utf8(text: string): Uint8Array {
  if (text.length * UTF8_BYTES_PER_UNIT > encoded.length) return ENCODER.encode(text);
  return encoded.slice(0, ENCODER.encodeInto(text, encoded).written);
}

/** Whether a text takes at most so many bytes; mostly its length tells. */
export function fitsUtf8(text: string, bytesMax: number): boolean {
  if (text.length * UTF8_BYTES_PER_UNIT <= bytesMax) return true;
  return text.length <= bytesMax && ENCODER.encode(text).length <= bytesMax;
}

/** Unsigned order of the bytes, a prefix before what it begins. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return compareBytes(left, right) === 0;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
