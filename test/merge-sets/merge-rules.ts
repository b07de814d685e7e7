/**
 * The merge rules (schema/merge.md), and what the obvious graph is without each of them: one text
 * of the reference in the place of another. A rule decides something in a set of commits where the
 * reference without it answers otherwise.
 */

export interface Removal {
  readonly rule: string;
  /** Of test/reference. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const CELL = 'reference-cell.ts';
const GRAPH = 'reference-graph.ts';
const SEQUENCE = 'reference-sequence.ts';
const STAMP = 'reference-stamp.ts';

const WOULD_SHOW = 'return shownOf(cell, hiding(element, path));';
/** Where nothing but registers came to the path. */
const IS_REGISTER =
  'cell.adds.length + cell.sequence.writes.length + cell.sequence.sealed.length === 0';
const HAS_ITEMS = 'cell.sequence.writes.length + cell.sequence.sealed.length > 0';

export const REMOVALS: readonly Removal[] = [
  {
    rule: 'M1',
    file: STAMP,
    from: 'if (left.hlc !== right.hlc) return left.hlc < right.hlc ? -1 : 1;',
    to: '',
  },
  {
    rule: 'M1',
    file: STAMP,
    from: 'return left.author < right.author ? -1 : 1;',
    to: 'return left.author < right.author ? 1 : -1;',
  },
  {
    rule: 'M1',
    file: STAMP,
    from: 'return left.commit < right.commit ? -1 : 1;',
    to: 'return left.commit < right.commit ? 1 : -1;',
  },
  {
    rule: 'M1',
    file: STAMP,
    from: 'return left.position - right.position;',
    to: 'return right.position - left.position;',
  },
  {
    rule: 'M2',
    file: GRAPH,
    from: '(order === 0 && write.index > (set?.index ?? -1))',
    to: 'false',
  },
  {
    rule: 'M2',
    file: GRAPH,
    from: 'compareStamps(created, deleted) >= 0',
    to: 'compareStamps(created, deleted) > 0',
  },
  {
    rule: 'M3',
    file: GRAPH,
    from: 'return deleted === undefined || compareStamps(created, deleted) >= 0;',
    to: 'return true;',
  },
  {
    rule: 'M3',
    file: GRAPH,
    from: 'return deleted === undefined || compareStamps(created, deleted) >= 0;',
    to: 'return deleted === undefined;',
  },
  {
    rule: 'M4',
    file: GRAPH,
    from: WOULD_SHOW,
    to: `const around = ${IS_REGISTER} ? { ...element, deleted: undefined } : element;
  return shownOf(cell, hiding(around, path));`,
  },
  {
    rule: 'M5',
    file: GRAPH,
    from: ' && this.exists(edge.from) && this.exists(edge.to);',
    to: ';',
  },
  {
    rule: 'M6',
    file: GRAPH,
    from: 'const { cells } = this.#element(name);',
    to: 'const { cells, created } = this.#element(name);\n    if (created === undefined) return;',
  },
  {
    rule: 'M7',
    file: GRAPH,
    from: 'if (order > 0 ||',
    to: 'if (order < 0 || set === undefined ||',
  },
  {
    rule: 'M7',
    file: GRAPH,
    from: 'const { set } = this.#cell(name, path);',
    to: 'if (write.value === null) return;\n    const { set } = this.#cell(name, path);',
  },
  {
    rule: 'M8',
    file: GRAPH,
    from: WOULD_SHOW,
    to: `const around = ${IS_REGISTER} ? { ...element, cells: new Map() } : element;
  return shownOf(cell, hiding(around, path));`,
  },
  {
    rule: 'M9',
    file: CELL,
    from: 'if (base.commit !== set.stamp.commit || base.position !== set.stamp.position) return',
    to: 'if (false) return',
  },
  {
    rule: 'M9',
    file: CELL,
    from: 'return compareStamps(stamp, set.stamp) !== 0 || index > set.index;',
    to: 'return false;',
  },
  {
    rule: 'M10',
    file: CELL,
    from: 'return set === undefined && base === undefined;',
    to: 'return base === undefined;',
  },
  {
    rule: 'M10',
    file: CELL,
    from: 'return set === undefined && adds.length === 0 && sequenceOf(cell).stamps.length === 0;',
    to: 'return set === undefined;',
  },
  {
    rule: 'M10',
    file: GRAPH,
    from: '(element.deleted !== undefined && isCounter(cell))',
    to: 'false',
  },
  {
    rule: 'M11',
    file: 'reference-view.ts',
    from: 'compareStamps(l.stamp, r.stamp) || (l.id < r.id',
    to: 'compareStamps(r.stamp, l.stamp) || (l.id < r.id',
  },
  {
    rule: 'M13',
    file: GRAPH,
    from: 'if (lost.has(name) || hasLostEnd || isEmpty) this.#forget(name);',
    to: 'if (isEmpty) this.#forget(name);',
  },
  {
    rule: 'M14',
    file: GRAPH,
    from: 'if (!lost.has(name) && !hasLostEnd) this.#sealCells(element);',
    to: '',
  },
  {
    rule: 'M14',
    file: GRAPH,
    from: 'return isShown ? [[path, sealedCell(cell, hides)] as const] : [];',
    to: 'return isShown ? [[path, cell] as const] : [];',
  },
  {
    rule: 'M15',
    file: GRAPH,
    from: 'return !this.exists(name) && (created !== undefined || deleted !== undefined);',
    to: 'return !this.exists(name);',
  },
  { rule: 'M16', file: GRAPH, from: 'if (transaction.isMasked !== true)', to: 'if (true)' },
  {
    rule: 'M16',
    file: GRAPH,
    from: "else if (delta.op === 'insert' || delta.op === 'move') {",
    to: 'else if (false) {',
  },
  {
    rule: 'M17',
    file: CELL,
    from: '.filter((add) => set === undefined || compareStamps(set.stamp, add.stamp) <= 0)',
    to: '',
  },
  {
    rule: 'M17',
    file: CELL,
    from: 'compareStamps(set.stamp, add.stamp) <= 0',
    to: 'compareStamps(set.stamp, add.stamp) < 0',
  },
  {
    rule: 'M18',
    file: CELL,
    from: '.filter((add) => !removals.some((removal) => removes(removal, add)))',
    to: '',
  },
  { rule: 'M18', file: CELL, from: 'return isNamed && (', to: 'return (' },
  {
    rule: 'M18',
    file: CELL,
    from: '(compareStamps(removal.stamp, stamp) !== 0 || index < removal.index)',
    to: 'true',
  },
  {
    rule: 'M19',
    file: GRAPH,
    from: WOULD_SHOW,
    to: 'return shownOf(cell, cell.adds.length > 0 ? () => false : hiding(element, path));',
  },
  {
    rule: 'M19',
    file: CELL,
    from: 'const pieces = [...cell.adds, ...inserted];',
    to: 'const pieces = [...countedAdds(cell), ...inserted];',
  },
  {
    rule: 'M20',
    file: CELL,
    from: 'if (writer !== undefined) return { value: new ListValue(eachOnce(adds)), writer };',
    to: '',
  },
  {
    rule: 'M20',
    file: CELL,
    from: 'all.findIndex((other) => sameValue(other, value)) === index',
    to: 'true',
  },
  {
    rule: 'M21',
    file: SEQUENCE,
    from: 'for (const side of children.values()) side.sort(compareKeys);',
    to: 'for (const side of children.values()) side.sort((l, r) => compareKeys(r, l));',
  },
  {
    rule: 'M21',
    file: SEQUENCE,
    from: 'return { parent: name, side: place.side };',
    to: "return { parent: name, side: 'right' };",
  },
  {
    rule: 'M22',
    file: SEQUENCE,
    from: 'if (names.some((name) => places.has(name))) return;',
    to: '',
  },
  {
    rule: 'M22',
    file: SEQUENCE,
    from: "if (place === undefined || !places.has(name)) return { parent: ROOT, side: 'right' };",
    to: `if (place === undefined) return { parent: ROOT, side: 'right' };
  if (!places.has(name)) return { parent: ROOT, side: 'left' };`,
  },
  {
    rule: 'M23',
    file: SEQUENCE,
    from: 'if (!isHere || removed.has(place.item)) return [];',
    to: 'if (!isHere) return [];',
  },
  {
    rule: 'M23',
    file: SEQUENCE,
    from: 'return set !== undefined && compareStamps(set, item.stamp) > 0 ? [] : [item];',
    to: 'return [item];',
  },
  {
    rule: 'M24',
    file: SEQUENCE,
    from: 'compareKeys(known, place) < 0',
    to: 'compareKeys(known, place) > 0',
  },
  {
    rule: 'M25',
    file: GRAPH,
    from: WOULD_SHOW,
    to: `return shownOf(cell, ${HAS_ITEMS} ? () => false : hiding(element, path));`,
  },
  {
    rule: 'M25',
    file: CELL,
    from: 'const inserted = sequenceOf(cell).stamps.map((stamp) => ({ stamp }));',
    to: 'const inserted: { stamp: Stamp }[] = [];',
  },
  {
    rule: 'M26',
    file: CELL,
    from: 'if (inserter !== undefined) {',
    to: 'if (inserter !== undefined && !countedAdds(cell).some(({ stamp }) => !hides(stamp))) {',
  },
  {
    rule: 'M26',
    file: CELL,
    from: 'if (inserter !== undefined) {',
    to: 'if (inserter !== undefined && cell.set === undefined) {',
  },
  {
    rule: 'M27',
    file: SEQUENCE,
    from: "if (place === undefined || !places.has(name)) return { parent: ROOT, side: 'right' };",
    to: `if (place === undefined) return { parent: ROOT, side: 'left' };
  if (!places.has(name)) return { parent: ROOT, side: 'right' };`,
  },
  {
    rule: 'M27',
    file: SEQUENCE,
    from: 'return compareStamps(left.stamp, right.stamp) || left.number - right.number;',
    to: `const order = compareStamps(left.stamp, right.stamp) || left.number - right.number;
  return left.parent === ROOT && right.parent === ROOT && left.side === 'right' ? -order : order;`,
  },
];

export const RULES: readonly string[] = [...new Set(REMOVALS.map(({ rule }) => rule))];
