/** Random permissions, as a model and grants, and as plain predicates of what a caller sees. */

import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import {
  type ReferenceEdge,
  type ReferenceElement,
  type ReferenceNode,
  SEES_ALL,
  type Sight,
} from '../reference/query-data.ts';
import {
  type FieldDefinition,
  type QueryDefinition,
  valuesOf,
} from '../reference/query-definition.ts';
import type { Seeded } from '../seeded.ts';

export const SEMANTICS_ROOT = 'user:acme/root';
/** The first sees most, and everybody a little. */
export const SEMANTICS_CALLERS = ['user:acme/eve', 'user:acme/sue', 'user:*'] as const;

const SHARES = [0.9, 0.7, 0.25];
const OWN_RULE_SHARE = 0.25;
/** Of lists, of which there are few. */
const LIST_RULE_SHARE = 0.5;

export class SemanticsRights {
  /** Paths with a rule of their own, by node type and edge type. */
  readonly #rules: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #grants = new Map<string, WrittenGrant>();
  readonly #random: Seeded;

  constructor(definition: QueryDefinition, random: Seeded) {
    this.#random = random;
    this.#rules = new Map(
      fieldsByType(definition).map(([type, fields]) => {
        const ruled = fields.filter(({ kind }) => {
          return random.chance(kind === 'list' ? LIST_RULE_SHARE : OWN_RULE_SHARE);
        });
        return [type, new Set(ruled.map(({ path }) => path))] as const;
      }),
    );
    for (const [type, paths] of this.#rules) {
      for (const relation of ['read', 'write', ...[...paths].map((path) => `read.${path}`)]) {
        this.#grant(`${type}:*`, relation, SEMANTICS_ROOT);
      }
    }
  }

  get model(): string {
    const types = [...this.#rules].map(([type, paths]) => {
      const relations = ['read', 'write', ...[...paths].map((path) => `read.${path}`)];
      const lines = relations.map((relation) => `    define ${relation}: [user, user:*]`);
      return [`type ${type}`, '  relations', ...lines].join('\n');
    });
    return ['model', '  schema 1.1', 'type user', ...types].join('\n');
  }

  get grants(): readonly WrittenGrant[] {
    return [...this.#grants.values()];
  }

  /** Of what is there now; what comes later is seen where all of its type is. */
  grantSome(elements: readonly (ReferenceNode | ReferenceEdge)[]): void {
    const random = this.#random;
    for (const [at, caller] of SEMANTICS_CALLERS.entries()) {
      const share = SHARES[at] ?? 0;
      for (const [type, paths] of this.#rules) {
        if (random.chance(0.2)) this.#grant(`${type}:*`, 'read', caller);
        for (const path of paths) {
          if (random.chance(0.2)) this.#grant(`${type}:*`, `read.${path}`, caller);
        }
      }
      for (const element of elements) {
        const object = `${element.type}:${nameOf(element)}`;
        if (random.chance(share)) this.#grant(object, 'read', caller);
        const paths = [...(this.#rules.get(element.type) ?? [])];
        for (const path of paths) {
          if (random.chance(share / 2)) this.#grant(object, `read.${path}`, caller);
        }
      }
    }
  }

  sightOf(caller: string): Sight {
    const isGranted = (element: ReferenceNode | ReferenceEdge, relation: string) => {
      const objects = [nameOf(element), '*'].map((id) => `${element.type}:${id}`);
      const subjects = [caller, 'user:*'];
      return objects.some((object) => {
        return subjects.some((subject) => this.#grants.has(`${object}#${relation}@${subject}`));
      });
    };
    return {
      ...SEES_ALL,
      seesNode: (node) => isGranted(node, 'read'),
      seesEdge: (edge) => isGranted(edge, 'read'),
      readsField: (element, path) => {
        const named = element as ReferenceElement & (ReferenceNode | ReferenceEdge);
        const rule = this.#ruleOf(named.type, path);
        return rule === undefined || isGranted(named, `read.${rule}`);
      },
    };
  }

  /** The path itself, or the nearest above it, that has a rule of its own. */
  #ruleOf(type: string, path: string): string | undefined {
    const segments = path.split('.');
    const above = segments.map((_, index) => segments.slice(0, index + 1).join('.'));
    return above.findLast((each) => this.#rules.get(type)?.has(each));
  }

  #grant(object: string, relation: string, subject: string): void {
    this.#grants.set(`${object}#${relation}@${subject}`, { object, relation, subject });
  }
}

/** All that may have a rule: values and nested objects, but for the natural key. */
function fieldsByType(
  definition: QueryDefinition,
): (readonly [string, readonly FieldDefinition[]])[] {
  const nodes = [...definition.nodeTypes.values()].map(({ name, fields, key }) => {
    return [name, allOf(fields).filter(({ path }) => path !== key)] as const;
  });
  const edges = [...definition.nodeTypes.values()].flatMap(({ relationships }) => {
    return relationships.map(({ edgeType, properties = [] }) => {
      return [edgeType, allOf(properties)] as const;
    });
  });
  return [...new Map([...nodes, ...edges])];
}

function allOf(fields: readonly FieldDefinition[]): FieldDefinition[] {
  return [...valuesOf(fields), ...fields.filter(({ kind }) => kind === 'nested')];
}

function nameOf(element: ReferenceNode | ReferenceEdge): string {
  if ('id' in element) return element.id;
  const ends = `${element.from.id}-${element.to.id}`;
  return element.key === 0 ? ends : `${ends}-${element.key}`;
}
