/** Natural keys that the server makes: 16 characters of base62, about 95 bits of chance. */

import type { Random } from '../base/random.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_LENGTH = 16;
/** Bytes from here on would make the first digits likelier than the others. */
const FAIR_BYTES = 256 - (256 % DIGITS.length);

export function randomKey(random: Random): string {
  let key = '';
  while (key.length < KEY_LENGTH) {
    const fair = random.bytes(KEY_LENGTH).filter((byte) => byte < FAIR_BYTES);
    key += Array.from(fair, (byte) => DIGITS[byte % DIGITS.length]).join('');
  }
  return key.slice(0, KEY_LENGTH);
}
