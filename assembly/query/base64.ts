/** Base64 (RFC 4648): the plain alphabet with padding, and that of URLs without. */

// biome-ignore format: a table
const PLAIN = memory.data<u8>([
  65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88,
  89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114,
  115, 116, 117, 118, 119, 120, 121, 122, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 43, 47,
]);
const DIGIT_MASK: u32 = 63;
const PADDING: u8 = 0x3d;

/** Bytes that `bytes` take, padded. */
export function base64Bytes(bytes: u32): u32 {
  return ((bytes + 2) / 3) << 2;
}

/** Writes with padding, and returns the address behind it. */
export function writeBase64(to: usize, from: usize, bytes: u32): usize {
  const end = writeDigits(to, from, bytes, false);
  const padded = to + base64Bytes(bytes);
  for (let at = end; at < padded; at++) store<u8>(at, PADDING);
  return padded;
}

/** In the alphabet of URLs, without padding. */
export function writeBase64Url(to: usize, from: usize, bytes: u32): usize {
  return writeDigits(to, from, bytes, true);
}

function writeDigits(to: usize, from: usize, bytes: u32, isUrl: bool): usize {
  let place = to;
  let at: u32 = 0;
  for (; at + 3 <= bytes; at += 3) {
    const byte0: u32 = load<u8>(from + at);
    const byte1: u32 = load<u8>(from + at, 1);
    const byte2: u32 = load<u8>(from + at, 2);
    const three = (byte0 << 16) | (byte1 << 8) | byte2;
    store<u8>(place, digit(three >>> 18, isUrl));
    store<u8>(place, digit((three >>> 12) & DIGIT_MASK, isUrl), 1);
    store<u8>(place, digit((three >>> 6) & DIGIT_MASK, isUrl), 2);
    store<u8>(place, digit(three & DIGIT_MASK, isUrl), 3);
    place += 4;
  }
  if (at == bytes) return place;
  const isTwo = at + 2 == bytes;
  const first: u32 = load<u8>(from + at);
  const second: u32 = isTwo ? load<u8>(from + at, 1) : 0;
  store<u8>(place, digit(first >>> 2, isUrl));
  store<u8>(place, digit(((first & 3) << 4) | (second >>> 4), isUrl), 1);
  if (isTwo) store<u8>(place, digit((second & 15) << 2, isUrl), 2);
  return place + (isTwo ? 3 : 2);
}

function digit(value: u32, isUrl: bool): u8 {
  if (isUrl && value >= 62) return value == 62 ? 0x2d : 0x5f;
  return load<u8>(PLAIN + value);
}
