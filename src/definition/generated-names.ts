/**
 * Names that the API derives from a definition, and that a definition therefore must not use: two
 * types of one generated name would otherwise fail much later, far from the text that caused it.
 */

import type { ASTNode } from 'graphql';
import {
  type DeclaredEnum,
  type DeclaredNames,
  type DeclaredType,
  type DeclaredUnion,
  TypeRole,
} from './declared-type.ts';
import { type Collection, Scalar } from './definition.ts';
import { pluralOf, singularOf, typeNameOf } from './fields.ts';
import type { Mistakes } from './mistakes.ts';

/** In filters of an interface: which types nodes may have. */
export const TYPE_FILTER = 'typename';

const RESERVED_TYPE_NAMES: ReadonlySet<string> = new Set([
  'Query',
  'Mutation',
  'Subscription',
  'Node',
  'NodeIdFilters',
  'NodeTypeName',
  'Edge',
  'Path',
  'PathDirection',
  'Neighbourhood',
  'NeighbourhoodNode',
  'Relationship',
  'RelationshipTypeName',
  'CreateInfo',
  'UpdateInfo',
  'DeleteInfo',
  'BatchInfo',
  ...['Conflict', 'Conflicts'],
  ...['Replica', 'ReplicaAuthor', 'ReplicaPeer'],
  ...['SequenceRange', 'SequenceMove'],
  'MutationError',
  'ConflictError',
  'NotFoundError',
  'ForbiddenError',
  'AlreadyExistsError',
  'InvalidInputError',
  'LimitError',
  'PageInfo',
  'Point',
  'Lineage',
  'AuthorityStep',
  'Viewer',
  'Change',
  'SortDirection',
  ...['_Any', '_Entity', '_Service'],
  ...Object.values(Scalar).flatMap((name) => [name, `List${name}`]),
]);

/** Fields of the query type that belong to no type. */
const RESERVED_ROOT_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'node',
    'nodes',
    'shortestPath',
    'neighbourhood',
    'lineage',
    'proof',
    'checkpoint',
    'conflicts',
    'replica',
  ],
  ...['check', 'explain', 'listObjects', 'listUsers', 'permissionModel', 'previewModel', 'viewer'],
  ...['_entities', '_service'],
]);

/** Those of the mutation type; those of a definition begin with other words. */
const RESERVED_MUTATIONS: ReadonlySet<string> = new Set([
  ...['grant', 'revoke', 'share', 'installPermissionModel'],
]);

/** Those of the subscription type. */
const RESERVED_SUBSCRIPTIONS: ReadonlySet<string> = new Set([
  'nodeChanges',
  'relationshipChanges',
  'grantChanges',
]);

/** Beside the list of nodes in the answer of a mutation, which is named like the plural. */
const MUTATION_INFO = 'info';

/** `AirportWhere`, `AirportRoutesConnection`: a declared name and any number of these words. */
const GENERATED_WORDS = [
  ['Where', 'Sort', 'Filters', 'Scalar', 'Unique', 'Aggregate', 'Field', 'Input'],
  ['Create', 'Update', 'Delete', 'Connect', 'Disconnect', 'Mutation', 'Mutations', 'Response'],
  ['Edge', 'Connection', 'Relationship', 'Change', 'ChangeState', 'Changed'],
  ['BatchOperation', 'BatchUpdate', 'BatchDelete', 'BatchResult'],
  ['ChangeEvent', 'CreatedEvent', 'UpdatedEvent', 'DeletedEvent'],
  ['EnumScalar', 'ListEnumScalar', 'ListScalar', 'ListFilters'],
];
const GENERATED_WORD = new RegExp(`(?:${GENERATED_WORDS.flat().join('|')})$`);

/** Words of GraphQL that cannot be values of an enum, in which types and fields are listed. */
const NO_ENUM_VALUES: ReadonlySet<string> = new Set(['true', 'false', 'null']);

export function isEnumValue(name: string): boolean {
  return !NO_ENUM_VALUES.has(name);
}

export function isReservedTypeName(name: string): boolean {
  const isReserved = RESERVED_TYPE_NAMES.has(name) || !isEnumValue(name);
  return isReserved || /^(?:Change|Permission)[A-Z][A-Za-z0-9]*$/.test(name);
}

/** What the operators of a collection of these values are called by: `SetString`. */
export function collectionStem(collection: Collection, valueName: string): string {
  return `${upperFirst(collection)}${valueName}`;
}

/** Whether a node type cannot have this name, whatever the other types are. */
export function isTakenByApi(name: string): boolean {
  const words = [singularOf(name), pluralOf(name)];
  const hasRoot = words.some((word) => RESERVED_ROOT_FIELDS.has(word));
  return hasRoot || RESERVED_SUBSCRIPTIONS.has(changesOf(name)) || isOfApi(name);
}

/** Whether a root field is the API's own: it is about a space as a whole. */
export function isOfSpace(name: string): boolean {
  const fields = [RESERVED_ROOT_FIELDS, RESERVED_MUTATIONS, RESERVED_SUBSCRIPTIONS];
  return fields.some((names) => names.has(name));
}

/** Whether a type is the API's own, whatever the definition is. */
export function isOfApi(name: string): boolean {
  for (let rest = name; rest !== ''; rest = rest.replace(GENERATED_WORD, '')) {
    if (isReservedTypeName(rest)) return true;
    if (!GENERATED_WORD.test(rest)) return false;
  }
  return false;
}

function changesOf(typeName: string): string {
  return `${singularOf(typeName)}Changes`;
}

/** Whether a name of a type with this after it would be one that is generated for the type. */
export function isGeneratedSuffix(text: string): boolean {
  let rest = text;
  while (GENERATED_WORD.test(rest)) rest = rest.replace(GENERATED_WORD, '');
  return rest === '';
}

export function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/**
 * What the names of a relationship's types begin with: those of its owner and its own, and a word
 * more where a type is called just so (`ProductResearch`, beside `research` of `Product`).
 */
export function relationshipStem(
  owner: string,
  name: string,
  declared: Readonly<Record<'types' | 'unions' | 'enums', { has(name: string): boolean }>>,
): string {
  const stem = `${owner}${upperFirst(name)}`;
  const { types, unions, enums } = declared;
  return [types, unions, enums].some((each) => each.has(stem)) ? `${stem}Edges` : stem;
}

/** Notes every two declarations from which one and the same name would be generated. */
export function checkGeneratedNames(declared: Others, mistakes: Mistakes): void {
  const { enums, unions } = declared;
  const types = [...declared.types.values()];
  checkRootFields([...types, ...unions.values()].toSorted(byPlace), mistakes);
  const stems = [
    ...types.flatMap((type) => stemsOf(type, declared)),
    ...types.flatMap((type) => stemsOfCollections(type, enums)),
    ...[...enums.values()].flatMap(stemsOfEnum),
    ...[...unions.values()].flatMap(stemsOfUnion),
  ];
  checkTypeNames(stems.toSorted(byPlace), mistakes);
  for (const type of types) checkResponses(type, mistakes);
}

/** A type that has root fields: node types, interfaces and unions. */
type Listed = DeclaredType | DeclaredUnion;

function checkRootFields(types: readonly Listed[], mistakes: Mistakes): void {
  const taken = new Map<string, string>();
  for (const name of RESERVED_ROOT_FIELDS) taken.set(name, 'the API itself');
  for (const type of types) {
    const what = describe(type);
    if (isOfNodes(type)) checkMutationsOf(type, mistakes);
    for (const [name, at] of rootFieldsOf(type)) {
      const owner = taken.get(name);
      if (owner !== undefined) {
        const expected = `${what} expected query names of its own`;
        mistakes.add(at, `${expected}, got ${name} of ${owner}`);
      }
      taken.set(name, what);
    }
  }
}

/** What mutations and subscriptions of a node type make of its names. */
function checkMutationsOf(type: DeclaredType, mistakes: Mistakes): void {
  if (type.plural === MUTATION_INFO) {
    const expected = `plural of type ${type.name} expected another than info, which mutations`;
    mistakes.add(type.pluralAt, `${expected} answer with, got info`);
  }
  const changes = changesOf(type.name);
  if (!RESERVED_SUBSCRIPTIONS.has(changes)) return;
  const expected = `type ${type.name} expected a subscription of its own`;
  mistakes.add(type.at.name, `${expected}, got ${changes} of the API itself`);
}

/** The queries of a type. No single node is asked for as one of an interface or a union. */
function rootFieldsOf(type: Listed): readonly (readonly [string, ASTNode])[] {
  const list = [type.plural, type.pluralAt] as const;
  if (!('role' in type)) return [list];
  const connection = [`${type.plural}Connection`, type.pluralAt] as const;
  if (type.role === TypeRole.INTERFACE) return [list, connection];
  return type.role === TypeRole.NODE
    ? [[singularOf(type.name), type.at.name], list, connection]
    : [];
}

function isOfNodes(type: Listed): type is DeclaredType {
  return 'role' in type && type.role === TypeRole.NODE;
}

function describe(type: Listed): string {
  if (!('role' in type)) return `union ${type.name}`;
  return `${type.role === TypeRole.INTERFACE ? 'interface' : 'type'} ${type.name}`;
}

/** Stems are what generated type names begin with; each must lead back to one declaration. */
function checkTypeNames(stems: readonly Stem[], mistakes: Mistakes): void {
  const owners = new Map<string, string>();
  for (const name of RESERVED_TYPE_NAMES) owners.set(name, 'the API itself');
  for (const { stem, at, what } of stems) {
    const owner = owners.get(stem);
    if (owner !== undefined && owner !== what) {
      mistakes.add(at, `${what} expected type names of its own, got ${stem} of ${owner}`);
    }
    owners.set(stem, what);
  }
  for (const { stem, at, what } of stems) {
    let rest = stem;
    while (GENERATED_WORD.test(rest)) {
      rest = rest.replace(GENERATED_WORD, '');
      const owner = owners.get(rest);
      if (owner === undefined || owner === what) continue;
      const expected = `${what} expected a name not generated for ${owner}`;
      mistakes.add(at, `${expected}, got ${stem}`);
      break;
    }
  }
}

interface Stem {
  readonly stem: string;
  readonly at: ASTNode;
  readonly what: string;
}

/** What mutations do that have twins whose errors are results. */
const TRIED = ['Create', 'Upsert', 'Update', 'Delete'];

/** A type may be named like what is generated from its own plural. */
function checkResponses({ name, plural, at }: DeclaredType, mistakes: Mistakes): void {
  const own = upperFirst(plural);
  const responses = ['Create', 'Update', 'Batch'].map((verb) => `${verb}${own}MutationResponse`);
  const results = TRIED.map((verb) => `Try${verb}${own}Result`);
  if (![...responses, ...results].includes(name)) return;
  const expected = `type ${name} expected a name not generated for its plural`;
  mistakes.add(at.name, `${expected}, got ${name}`);
}

/** Lists of its values are changed by `ListStatusMutations`. */
function stemsOfEnum({ at, type }: DeclaredEnum): Stem[] {
  const what = `enum ${type.name}`;
  return [type.name, `List${type.name}`].map((stem) => ({ stem, at: at.name, what }));
}

/** Sets of its values are changed by `SetStatusMutations`; only where there are any. */
function stemsOfCollections({ fields }: DeclaredType, enums: DeclaredNames['enums']): Stem[] {
  return fields.flatMap(({ at, field }) => {
    if (field.kind === 'nested' || field.collection === undefined) return [];
    const name = typeNameOf(field);
    const stem = collectionStem(field.collection, name);
    const declared = enums.get(name);
    if (declared !== undefined) return [{ stem, at: declared.at.name, what: `enum ${name}` }];
    return [{ stem, at: at.name, what: `a ${field.collection} of ${name}` }];
  });
}

function stemsOfUnion(union: DeclaredUnion): Stem[] {
  return [{ stem: union.name, at: union.at.name, what: describe(union) }];
}

function byPlace(left: Placed, right: Placed): number {
  return (left.at.loc?.start ?? 0) - (right.at.loc?.start ?? 0);
}

/** Of which it is known where it stands. */
interface Placed {
  readonly at: ASTNode;
}

/** What others declare, of which the names of a type's relationships are made too. */
interface Others {
  readonly types: ReadonlyMap<string, DeclaredType>;
  readonly unions: DeclaredNames['unions'];
  readonly enums: DeclaredNames['enums'];
}

function stemsOf(type: DeclaredType, others: Others): Stem[] {
  const what = describe(type);
  const stems: Stem[] = [{ stem: type.name, at: type.at.name, what }];
  if (type.role !== TypeRole.NODE && type.role !== TypeRole.INTERFACE) return stems;
  const plural = upperFirst(type.plural);
  if (plural !== type.name) stems.push({ stem: plural, at: type.pluralAt, what });
  if (type.role === TypeRole.INTERFACE) {
    stems.push({ stem: `${type.name}Implementation`, at: type.at.name, what });
    for (const { at, name, target } of type.declarations) {
      stems.push(...stemsOfRelationship(type, { at, name, target }, others));
    }
    return stems;
  }
  for (const verb of ['Create', 'Update', 'Delete', 'Batch']) {
    stems.push({ stem: `${verb}${plural}`, at: type.pluralAt, what });
  }
  for (const verb of TRIED) {
    stems.push({ stem: `Try${verb}${plural}Result`, at: type.pluralAt, what });
  }
  const declared = declaredNames(type, others);
  for (const { at, relationship } of type.relationships) {
    const { name, target } = relationship;
    if (declared.has(name)) continue;
    stems.push(...stemsOfRelationship(type, { at, name, target }, others));
  }
  return stems;
}

/** Names of relationships that an interface declares, which has the generated types then. */
function declaredNames(type: DeclaredType, { types }: Others): ReadonlySet<string> {
  const interfaces = new Set((type.at.interfaces ?? []).map(({ name }) => name.value));
  const declaring = [...interfaces].flatMap((name) => types.get(name) ?? []);
  return new Set(declaring.flatMap(({ declarations }) => declarations.map(({ name }) => name)));
}

/** To a union it has inputs for each of the node types, whose names follow its own. */
function stemsOfRelationship(
  type: DeclaredType,
  { at, name, target }: DeclaredType['declarations'][number],
  { types, unions, enums }: Others,
): Stem[] {
  const stem = relationshipStem(type.name, name, { types, unions, enums });
  const what = `relationship ${name} of ${describe(type)}`;
  const members = unions.get(target)?.at.types ?? [];
  return [
    { stem, at: at.name, what },
    ...members.map((member) => ({ stem: `${stem}${member.name.value}`, at: at.name, what })),
  ];
}
