/** Texts that have one form, from E33 and E34 of schema/plan.md: JSON and durations. */

const JSON_BYTES_MAX = 262_144;
const JSON_DEPTH_MAX = 64;
const PART_MAX = 4_294_967_295n;

/** Whether it is what JSON.stringify writes once the keys are in order. */
export function isJson(text: string): boolean {
  if (Buffer.byteLength(text) > JSON_BYTES_MAX || !text.isWellFormed()) return false;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && JSON.stringify(inOrder(value, 0)) === text;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}

/** JavaScript itself puts whole numbers before other keys. */
function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === 'string' && !value.isWellFormed()) throw new RangeError('half a pair');
  if (typeof value !== 'object' || value === null) return value;
  if (depth === JSON_DEPTH_MAX) throw new RangeError('too deep');
  if (Array.isArray(value)) return value.map((item) => inOrder(item, depth + 1));
  const entries = Object.entries(value).map(([key, member]) => {
    if (!key.isWellFormed()) throw new RangeError('half a pair');
    return [key, inOrder(member, depth + 1)] as const;
  });
  return Object.fromEntries(
    entries.toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
  );
}

const DATE = String.raw`(?:([1-9]\d*)Y)?(?:([1-9]|1[01])M)?(?:([1-9]\d*)D)?`;
const SECONDS = String.raw`(?:(\d|[1-5]\d)(\.\d{0,5}[1-9])?S)?`;
const TIME = String.raw`(?:([1-9]\d*)H)?(?:([1-9]|[1-5]\d)M)?${SECONDS}`;
const DURATION = new RegExp(`^-?P${DATE}(?:T${TIME})?$`);

export function isDuration(text: string): boolean {
  if (text === 'PT0S') return true;
  const match = DURATION.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return false;
  const [years, months, days, hours, minutes, seconds] = match
    .slice(1, 7)
    .map((part) => part ?? '0');
  if (match[6] === '0' && match[7] === undefined) return false;
  const count = (part: string | undefined) => BigInt(part ?? '0');
  const allMonths = count(years) * 12n + count(months);
  const allSeconds = count(hours) * 3600n + count(minutes) * 60n + count(seconds);
  return [allMonths, count(days), allSeconds].every((part) => part <= PART_MAX);
}
