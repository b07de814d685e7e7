/**
 * Digests of rows, by which equal rows are known without keeping their text. Two mixed streams of
 * 32 bits; not for anything that an adversary gains by breaking.
 */

interface DigestedColumn {
  readonly index: number;
  readonly path: string | undefined;
}

/** 53 bits over the paths and texts of a row; two rows share it by no accident. */
export function digestRow(fields: readonly string[], columns: readonly DigestedColumn[]): number {
  const digest = new Digest();
  for (const { index, path } of columns) {
    const text = fields[index] ?? '';
    if (text === '' || path === undefined) continue;
    digest.take(path);
    digest.take(text);
  }
  return digest.finish();
}

export function digestTexts(texts: readonly string[]): number {
  const digest = new Digest();
  for (const text of texts) digest.take(text);
  return digest.finish();
}

class Digest {
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;

  take(text: string): void {
    let high = this.#high;
    let low = this.#low;
    // One step more than the text has: its end, so that texts do not run into one another.
    for (let at = 0; at <= text.length; at++) {
      const unit = at === text.length ? 0x10000 : text.charCodeAt(at);
      high = Math.imul(high ^ unit, 2_654_435_761);
      low = Math.imul(low ^ unit, 1_597_334_677);
    }
    this.#high = high;
    this.#low = low;
  }

  finish(): number {
    const [high, low] = [this.#high, this.#low];
    const mixed = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ (low >>> 13);
    const rest = Math.imul(low ^ (low >>> 16), 3_266_489_909) ^ (mixed >>> 13);
    return (mixed & 0x1fffff) * 2 ** 32 + (rest >>> 0);
  }
}
