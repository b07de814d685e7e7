/**
 * A histogram of Prometheus that is counted often and read seldom: the library finds the labels and
 * the bucket of each value by texts, which takes longer than a small operation does.
 */

import { Histogram, type Registry } from 'prom-client';

export class DurationHistogram<Label extends string> extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #label: Label;
  /** Upper ends in seconds, ascending. */
  readonly #bounds: readonly number[];
  readonly #byLabel = new Map<string, Durations>();

  constructor(options: {
    readonly name: string;
    readonly help: string;
    readonly label: Label;
    readonly bounds: readonly number[];
    readonly registry: Registry;
  }) {
    const { name, help, label, bounds, registry } = options;
    super({ name, help, labelNames: [label], buckets: [...bounds], registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#label = label;
    this.#bounds = bounds;
  }

  add(value: string, seconds: number): void {
    let durations = this.#byLabel.get(value);
    if (durations === undefined) {
      durations = { counts: this.#bounds.map(() => 0), count: 0, sum: 0 };
      this.#byLabel.set(value, durations);
    }
    durations.count += 1;
    durations.sum += seconds;
    const bucket = this.#bounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) durations.counts[bucket] = (durations.counts[bucket] ?? 0) + 1;
  }

  /** What the library makes its texts of, and the objects of `get`. */
  async getForPromString(): Promise<object> {
    const values = [...this.#byLabel].flatMap(([value, durations]) => this.#rows(value, durations));
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }

  /** A bucket counts all that are within its upper end. */
  #rows(value: string, { counts, count, sum }: Durations): object[] {
    const sharedLabels = { [this.#label]: value };
    let within = 0;
    const buckets = counts.map((held, bucket) => {
      within += held;
      return { labels: { le: this.#bounds[bucket] }, value: within };
    });
    const rows = [...buckets, { labels: { le: '+Inf' }, value: count }];
    return [
      ...rows.map((row) => ({ ...row, sharedLabels, metricName: `${this.#name}_bucket` })),
      { labels: {}, sharedLabels, value: sum, metricName: `${this.#name}_sum` },
      { labels: {}, sharedLabels, value: count, metricName: `${this.#name}_count` },
    ];
  }
}

interface Durations {
  /** By bucket, of those that stand in no smaller one. */
  readonly counts: number[];
  count: number;
  sum: number;
}
