/**
 * A data definition from its text. The rules and their numbers are in schema/definition.md; of
 * several mistakes the first in the text is thrown, with its line and column.
 */

import {
  buildInterface,
  buildRelationship,
  buildUnion,
  type Declared,
  nodeTypesByName,
} from './abstract-types.ts';
import { checkAbstractTypes } from './check-abstract-types.ts';
import { checkRelationships } from './check-relationships.ts';
import { checkIndexes, compoundIndexes } from './compound-indexes.ts';
import { checkRequirements } from './computed-fields.ts';
import { declareFields } from './declare-fields.ts';
import { declareTypes } from './declare-types.ts';
import { type DeclaredType, TypeRole } from './declared-type.ts';
import type {
  Definition,
  EdgeProperties,
  EdgeType,
  InterfaceType,
  NodeType,
} from './definition.ts';
import { buildFederation } from './federation/build.ts';
import { unkeptExternals } from './federation/externals.ts';
import { checkFieldSets } from './federation/field-set-checks.ts';
import { checkKeys, keysOfNodes, withKeyIndexes } from './federation/keys.ts';
import { takeFederation } from './federation/take.ts';
import { keyOf } from './fields.ts';
import { checkGeneratedNames } from './generated-names.ts';
import { Mistakes } from './mistakes.ts';
import { checkNesting, expandFields } from './nesting.ts';
import { parseSyntax } from './syntax.ts';

export interface ParseOptions {
  /** Named in the position of an error. */
  readonly file?: string;
}

export function parseDefinition(source: string, options: ParseOptions = {}): Definition {
  const mistakes = new Mistakes(options.file);
  const { document, federation } = takeFederation(parseSyntax(source, options.file), mistakes);
  const unkept = unkeptExternals(document, federation);
  const names = { ...declareTypes(document, mistakes), federation: { ...federation, unkept } };
  const types = new Map<string, DeclaredType>();
  for (const heading of names.types.values()) {
    types.set(heading.name, declareFields(heading, names, mistakes));
  }
  const declared = [...types.values()];
  checkNesting(types, mistakes);
  checkRelationships(declared, mistakes);
  checkAbstractTypes({ ...names, types }, mistakes);
  checkIndexes(types, mistakes);
  checkRequirements(types, mistakes);
  checkKeys(federation, types, mistakes);
  checkFieldSets(document, federation, mistakes);
  checkGeneratedNames({ ...names, types }, mistakes);

  const first = document.definitions[0];
  const hasNode = declared.some(({ role }) => role === TypeRole.NODE);
  // Any other mistake may be why there is none, so it goes first.
  if (first !== undefined && !hasNode && mistakes.isEmpty) {
    mistakes.add(first, 'definition expected at least one @node type, got none');
  }
  mistakes.throwFirst();
  return build(source, { ...names, types });
}

function build(source: string, declared: Declared): Definition {
  const { types, unions } = declared;
  const byName = nodeTypesByName(declared);
  const nodeTypes = buildNodeTypes({ ...declared, nodeTypes: byName });
  const interfaceTypes = new Map<string, InterfaceType>();
  for (const type of types.values()) {
    if (type.role !== TypeRole.INTERFACE) continue;
    const owners = byName.get(type.name)?.flatMap((name) => nodeTypes.get(name) ?? []) ?? [];
    interfaceTypes.set(type.name, buildInterface(type, declared, owners));
  }
  const unionTypes = new Map(
    [...unions].map(([name, union]) => [name, buildUnion(union, byName.get(name) ?? [])]),
  );
  const edgeTypes = buildEdgeTypes(types);
  const owners = { all: nodeTypes, byInterface: byName };
  const federation = buildFederation(declared.federation, types, owners);
  return { source, nodeTypes, interfaceTypes, unionTypes, edgeTypes, federation };
}

function buildNodeTypes(
  declared: Declared & { readonly nodeTypes: ReadonlyMap<string, readonly string[]> },
): Map<string, NodeType> {
  const { types } = declared;
  const nodeTypes = new Map<string, NodeType>();
  for (const type of types.values()) {
    if (type.role !== TypeRole.NODE) continue;
    const fields = expandFields(
      type.fields.map(({ field }) => field),
      types,
    );
    const interfaces = (type.at.interfaces ?? []).map(({ name }) => name.value);
    const keys = keysOfNodes(declared.federation, type.name, interfaces);
    const built: NodeType = {
      kind: 'node',
      name: type.name,
      plural: type.plural,
      description: type.at.description?.value,
      fields,
      computed: type.computed.map(({ field }) => field),
      relationships: type.relationships.map(({ relationship }) =>
        buildRelationship(relationship, type, declared),
      ),
      interfaces,
      compoundIndexes: compoundIndexes(type.node),
      access: type.access,
      key: keyOf(fields),
    };
    nodeTypes.set(type.name, withKeyIndexes(built, keys));
  }
  return nodeTypes;
}

function buildEdgeTypes(types: ReadonlyMap<string, DeclaredType>): Map<string, EdgeType> {
  const edgeTypes = new Map<string, EdgeType>();
  for (const type of types.values()) {
    for (const { relationship } of type.relationships) {
      const { edgeType, properties } = relationship;
      if (edgeTypes.has(edgeType)) continue;
      const declared = properties === undefined ? undefined : types.get(properties);
      edgeTypes.set(edgeType, {
        name: edgeType,
        properties: declared && buildProperties(declared, types),
      });
    }
  }
  return edgeTypes;
}

function buildProperties(
  type: DeclaredType,
  types: ReadonlyMap<string, DeclaredType>,
): EdgeProperties {
  return {
    name: type.name,
    description: type.at.description?.value,
    access: type.access,
    fields: expandFields(
      type.fields.map(({ field }) => field),
      types,
    ),
    computed: type.computed.map(({ field }) => field),
  };
}
