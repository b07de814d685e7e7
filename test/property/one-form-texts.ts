/** Random texts that are JSON or durations in their one form, or nearly so. */

import { jsonText } from '../../src/definition/json-text.ts';
import type { Seeded } from '../seeded.ts';

const KEYS = [
  ...['a', 'b', 'ab', 'B', '', '0', '1', '10', '9', '01', '-1', '1.5', '4294967294', '4294967295'],
  ...['99999999999', '__proto__', 'toJSON', 'é', '\uff5e', '😀', '"', '\\n', '\n', '\u0001', '/'],
];
const TEXTS = [...KEYS, '\\', 'plain', '\b\f\r\t', '\u001f\u007f', '\u2028\u2029', 'x'.repeat(40)];
const MARKS = [
  ...['0', '1', '9', '.', 'e', 'E', '+', '-', '"', '\\', 'u', ',', ':', '{', '}', '[', ']', ' '],
  ...['t', 'f', 'n', '\\u0041', '\\u000a', '\\u001F', '\\/', '\\n', '1e5', '00', 'null', '😀'],
];
const DEPTHS = [1, 2, 63, 64, 65, 200];

/**
 * JSON.parse of Node 26.10 (V8 14.6) takes other escaped keys for one that ends with a backslash,
 * once it has read an object with such a key.
 */
const MISREAD = /\\\\":/;

export function randomJsonText(random: Seeded): string {
  let text = anyJsonText(random);
  while (MISREAD.test(text)) text = anyJsonText(random);
  return text;
}

function anyJsonText(random: Seeded): string {
  if (random.chance(0.02)) return deep(random);
  const value = random.chance(0.25) ? randomNumber(random) : randomJson(random, 0);
  const text = value === null ? 'null' : jsonText(value);
  switch (random.below(8)) {
    case 0:
      return typeof value === 'number' ? otherNumber(random, value) : JSON.stringify(value);
    case 1:
      return JSON.stringify(value, undefined, 1);
    case 2:
    case 3:
    case 4:
      return changed(random, text, MARKS);
    default:
      return text;
  }
}

export function randomDurationText(random: Seeded): string {
  const part = (letter: string, most: number): string => {
    if (random.chance(0.5)) return '';
    const count = random.chance(0.1) ? random.pick([0, 2 ** 32 - 1, 2 ** 32]) : random.below(most);
    const decimals = random.chance(0.3) ? random.pick(['.5', '.25', '.000001', '.10', '.']) : '';
    return `${count}${letter === 'S' ? decimals : ''}${letter}`;
  };
  const date = `${part('Y', 300)}${part('M', 13)}${part('D', 40)}`;
  const time = `${part('H', 30)}${part('M', 61)}${part('S', 61)}`;
  const text = `${random.pick(['', '', '-', '+'])}P${date}${time === '' ? '' : 'T'}${time}`;
  const marks = [
    '0',
    '1',
    '59',
    '60',
    'P',
    'T',
    'Y',
    'M',
    'W',
    'D',
    'H',
    'S',
    '.',
    '-',
    'PT0S',
    '😀',
  ];
  return random.chance(0.3) ? changed(random, text, marks) : text;
}

function randomJson(random: Seeded, depth: number): unknown {
  const inner = () => randomJson(random, depth + 1);
  switch (random.below(depth < 4 ? 9 : 5)) {
    case 0:
      return random.pick([true, false, null]);
    case 1:
    case 2:
      return random.pick(TEXTS);
    case 3:
    case 4:
      return randomNumber(random);
    case 5:
    case 6:
      return Array.from({ length: random.below(4) }, inner);
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(6) }, () => [random.pick(KEYS), inner()] as const),
      );
  }
}

/** Any float, or one of few digits. */
function randomNumber(random: Seeded): number {
  switch (random.below(5)) {
    case 0:
      return random.below(2_000) - 1_000;
    case 1:
      return (random.below(20_000_000) - 10_000_000) / random.pick([10, 1e3, 1e6, 1e9, 1e15]);
    case 2:
      return random.below(2 ** 32) * random.pick([2 ** 21, 2 ** 31, 2 ** 39, 1e10, 1e12]);
    case 3:
      return random.pick([5e-324, Number.MAX_VALUE, 2 ** 53, 1e21, 1e-7, 2.2250738585072014e-308]);
    default: {
      const bytes = random.bytes(8);
      const value = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
      return Number.isFinite(value) ? value : 0;
    }
  }
}

/** The same number, or nearly, as others might write it. */
function otherNumber(random: Seeded, value: number): string {
  return random.pick([
    value.toPrecision(17),
    value.toPrecision(16),
    value.toExponential(),
    `${value}0`,
    `${value}.0`,
    `-${value}`,
    `0${value}`,
    `${value}e0`,
  ]);
}

function deep(random: Seeded): string {
  const depth = random.pick(DEPTHS);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

/** Something more, less or else at one place or several; of whole characters. */
function changed(random: Seeded, text: string, marks: readonly string[]): string {
  const characters = [...text];
  for (let count = random.pick([1, 1, 2]); count > 0; count--) {
    const removed = random.pick([0, 0, 1, 1, 2]);
    const added = random.chance(0.7) ? [...random.pick(marks)] : [];
    characters.splice(random.below(characters.length + 1), removed, ...added);
  }
  return characters.join('');
}
