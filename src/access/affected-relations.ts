/**
 * Which relations may be worth something else once another model is in force: those that are
 * defined otherwise, and all that lead to one of them under either model.
 */

import type { Model, Relation } from './model.ts';
import { nextRelations } from './program.ts';

/** By the name of a type, in the order of names. */
export function affectedRelations(current: Model, next: Model): Map<string, string[]> {
  const definitions = [definitionsOf(current), definitionsOf(next)] as const;
  const names = new Set([...definitions[0].keys(), ...definitions[1].keys()]);
  const affected = new Set(
    [...names].filter((name) => definitions[0].get(name) !== definitions[1].get(name)),
  );
  const leading = leadingRelations([current, next]);
  for (const name of affected) {
    for (const other of leading.get(name) ?? []) affected.add(other);
  }
  const byType = new Map<string, string[]>();
  for (const name of [...affected].sort()) {
    const [type = '', relation = ''] = name.split('#');
    byType.set(type, [...(byType.get(type) ?? []), relation]);
  }
  return byType;
}

/** What each relation is, as text that is compared, by `type#relation`. */
function definitionsOf(model: Model): Map<string, string> {
  const definitions = new Map<string, string>();
  for (const type of model.types.values()) {
    for (const { name, rewrite, subjects } of type.relations.values()) {
      const conditions = subjects.map(({ condition }) => {
        const declared = condition === undefined ? undefined : model.conditions.get(condition);
        return declared && [declared.expression, [...declared.parameters]];
      });
      definitions.set(`${type.name}#${name}`, JSON.stringify([rewrite, subjects, conditions]));
    }
  }
  return definitions;
}

/** For each relation those that lead to it right away. */
function leadingRelations(models: readonly Model[]): Map<string, string[]> {
  const leading = new Map<string, string[]>();
  for (const model of models) {
    const names = new Map<Relation, string>();
    for (const type of model.types.values()) {
      for (const relation of type.relations.values()) {
        names.set(relation, `${type.name}#${relation.name}`);
      }
    }
    for (const type of model.types.values()) {
      for (const relation of type.relations.values()) {
        for (const next of new Set(nextRelations(model, type, relation))) {
          const name = names.get(next) ?? '';
          const list = leading.get(name);
          if (list === undefined) leading.set(name, [`${type.name}#${relation.name}`]);
          else list.push(`${type.name}#${relation.name}`);
        }
      }
    }
  }
  return leading;
}
