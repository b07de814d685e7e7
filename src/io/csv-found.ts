/**
 * What the first pass of an import found of one label: the columns that a definition is inferred
 * from. A column is of the labels that have a value in it; one without any value in its file is of
 * every label of the file.
 */

import type { Scalar } from '../definition/definition.ts';
import type { InferredColumns } from '../definition/infer.ts';
import type { PropertyColumn } from './csv-header.ts';
import type { RowPlan } from './csv-match.ts';
import { CsvMistake } from './csv-mistake.ts';

export class FoundTypes {
  readonly #types = new Map<string, FoundType>();

  ofLabel(label: string): FoundType {
    const known = this.#types.get(label);
    if (known !== undefined) return known;
    const type = new FoundType(label);
    this.#types.set(label, type);
    return type;
  }

  nodeTypes(): InferredColumns['nodeTypes'] {
    return [...this.#types.values()].map((type) => ({
      name: type.label,
      ...(type.keyName === undefined ? {} : { keyName: type.keyName }),
      fields: type.fields(),
    }));
  }

  /** Types of which no edge has both its ends cannot be declared. */
  edgeTypes(): InferredColumns['edgeTypes'] {
    const types = [...this.#types.values()].filter((type) => type.pairs.size > 0);
    return types.map((type) => ({
      name: type.label,
      pairs: [...type.pairs.values()],
      fields: type.fields(),
    }));
  }
}

export class FoundType {
  readonly label: string;
  keyName: string | undefined;
  readonly pairs = new Map<string, { readonly from: string; readonly to: string }>();
  readonly #valued = new Map<string, Scalar>();
  readonly #empty = new Map<string, Scalar>();

  constructor(label: string) {
    this.label = label;
  }

  fields(): { name: string; scalar: Scalar }[] {
    return [...new Map([...this.#empty, ...this.#valued])].map(([name, scalar]) => ({
      name,
      scalar,
    }));
  }

  noteKey(keyName: string, field: number): void {
    if (this.keyName !== undefined && this.keyName !== keyName) {
      const message = `the ids of one label expected one name, got "${keyName}"`;
      throw new CsvMistake(`${message} beside "${this.keyName}"`, { row: 0, field });
    }
    this.keyName = keyName;
  }

  noteValues(plan: RowPlan, fields: readonly string[]): void {
    for (const { index, name, scalar } of plan.columns) {
      if (fields[index] === '') continue;
      const known = this.#valued.get(name);
      if (known === scalar) continue;
      if (known !== undefined) {
        const message = `column "${name}" expected ${known}, as in another file, got ${scalar}`;
        throw new CsvMistake(message, { row: 0, field: index });
      }
      this.#valued.set(name, scalar);
    }
  }

  /** Of two types of empty columns, the choice does not depend on the order of files. */
  noteEmpty({ name, scalar }: PropertyColumn): void {
    const known = this.#empty.get(name);
    if (known === undefined || scalar < known) this.#empty.set(name, scalar);
  }
}

/** Tells at the end of a file which of its columns had no value. */
export class EmptyColumns {
  readonly #columns: Set<PropertyColumn>;
  readonly #types = new Set<FoundType>();

  constructor(columns: readonly PropertyColumn[]) {
    this.#columns = new Set(columns);
  }

  take(type: FoundType, fields: readonly string[]): void {
    this.#types.add(type);
    for (const column of this.#columns) {
      if (fields[column.index] !== '') this.#columns.delete(column);
    }
  }

  finish(): void {
    for (const type of this.#types) {
      for (const column of this.#columns) type.noteEmpty(column);
    }
  }
}
