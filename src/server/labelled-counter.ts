/**
 * A counter of Prometheus that is counted often and read seldom: the library finds the labels of
 * each count anew, so that it is told the sums when somebody reads.
 */

import { Counter, type Registry } from 'prom-client';

export class LabelledCounter<Label extends string> {
  /** By the values of the labels. */
  readonly #counts = new Map<string, number>();
  readonly #labels: readonly Label[];

  constructor(options: {
    readonly name: string;
    readonly help: string;
    readonly labels: readonly Label[];
    readonly registry: Registry;
  }) {
    const { name, help, labels, registry } = options;
    this.#labels = labels;
    const fill = (counter: Counter<Label>) => this.#fill(counter);
    new Counter<Label>({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        fill(this);
      },
    });
  }

  /** Values of the labels in their order, a blank between them: none has one within. */
  inc(values: string): void {
    this.#counts.set(values, (this.#counts.get(values) ?? 0) + 1);
  }

  #fill(counter: Counter<Label>): void {
    counter.reset();
    for (const [values, count] of this.#counts) {
      const texts = values.split(' ');
      const entries = this.#labels.map((label, at) => [label, texts[at] ?? '']);
      counter.inc(Object.fromEntries(entries) as Record<Label, string>, count);
    }
  }
}
