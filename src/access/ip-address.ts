/**
 * Addresses of the Internet Protocol, and ranges of them, for conditions. An IPv4 address that is
 * written as an IPv6 one (`::ffff:10.0.0.1`) is the IPv4 address.
 */

const V4_BITS = 32;
const V6_BITS = 128;
const MAPPED_PREFIX = 0xffffn;
const MAPPED_BITS = 96;
const V6_GROUPS = 8;
/** The longest form has eight groups of four digits, or six and an IPv4 address. */
const TEXT_LENGTH_MAX = 45;

export class IpAddress {
  readonly #bits: number;
  readonly #value: bigint;

  constructor(bits: number, value: bigint) {
    this.#bits = bits;
    this.#value = value;
  }

  get bits(): number {
    return this.#bits;
  }

  equals(other: IpAddress): boolean {
    return this.#bits === other.#bits && this.#value === other.#value;
  }

  /** Whether the first bits are those of `other`, an address of the same kind. */
  startsAs(other: IpAddress, prefixBits: number): boolean {
    if (this.#bits !== other.#bits) return false;
    const rest = BigInt(this.#bits - prefixBits);
    return this.#value >> rest === other.#value >> rest;
  }
}

/** Undefined where the text is no address. Zones (`fe80::1%eth0`) are not taken. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const v4 = parseV4(text);
  if (v4 !== undefined) return new IpAddress(V4_BITS, v4);
  const v6 = parseV6(text);
  if (v6 === undefined) return undefined;
  if (v6 >> BigInt(V4_BITS) !== MAPPED_PREFIX) return new IpAddress(V6_BITS, v6);
  return new IpAddress(V4_BITS, BigInt.asUintN(V4_BITS, v6));
}

/** Undefined where the text is no range such as `10.0.0.0/8`. */
export function isInRange(address: IpAddress, range: string): boolean | undefined {
  const [, text = '', bits = ''] = /^([0-9A-Fa-f:.]+)\/(0|[1-9][0-9]{0,2})$/.exec(range) ?? [];
  const network = parseIpAddress(text);
  if (network === undefined) return undefined;
  const isMapped = network.bits === V4_BITS && text.includes(':');
  if (Number(bits) > (isMapped ? V6_BITS : network.bits)) return undefined;
  const prefixBits = isMapped ? Number(bits) - MAPPED_BITS : Number(bits);
  // A shorter prefix holds more than the IPv4 addresses, and an address is none of the others.
  return prefixBits >= 0 && address.startsAs(network, prefixBits);
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const before = parseGroups(head, tail === undefined);
  const after = tail === undefined ? [] : parseGroups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = V6_GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** Groups of 16 bits; the last two may be written as an IPv4 address at the end of the text. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = isEnd && index === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
