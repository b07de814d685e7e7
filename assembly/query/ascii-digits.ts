/** Decimal digits in text. */

const DIGIT_0: u8 = 0x30;
const DIGIT_9: u8 = 0x39;

export function isDigit(byte: u8): bool {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** Behind the digits that begin there, as far as the text goes. */
export function digitsEnd(first: usize, end: usize): usize {
  let at = first;
  while (at < end && isDigit(load<u8>(at))) at += 1;
  return at;
}
