/**
 * The SDL of a subgraph: the API as it is, without what is Federation's own, with the directives
 * that the definition gives its types, and what follows of them for what is generated.
 */

import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isTypeDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  parse,
  parseType,
  print,
  printSchema,
} from 'graphql';
import { assert } from '../../base/assert.ts';
import type { Definition } from '../../definition/definition.ts';
import type { ExternalField, Federation } from '../../definition/federation/federation.ts';
import { isOfApi, isOfSpace } from '../../definition/generated-names.ts';
import { nodeNames } from '../names.ts';
import { addExternalTypes } from './external-types.ts';
import { hiddenElements } from './inaccessible.ts';
import { reachableTypes } from './reachable.ts';

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** The server keeps to it all the same. */
const UNKNOWN_TO_COMPOSITION: ReadonlySet<string> = new Set(['oneOf']);

const known = new WeakMap<GraphQLSchema, string>();

/** Of a schema that was made of a definition with a link to Federation. */
export function subgraphSdl(schema: GraphQLSchema, definition: Definition): string {
  const kept = known.get(schema);
  if (kept !== undefined) return kept;
  const { federation } = definition;
  assert(federation !== undefined, 'a subgraph has a definition with a link to Federation');
  const document = addExternalTypes(parse(printSchema(schema)), definition);
  const writer = new SdlWriter(federation, document, definition);
  const parts = [...federation.extensions, ...federation.directives, writer.text()];
  const sdl = `${parts.join('\n\n')}\n`;
  known.set(schema, sdl);
  return sdl;
}

class SdlWriter {
  readonly #federation: Federation;
  readonly #document: DocumentNode;
  /** What nothing outside of this subgraph is told of, by coordinate. */
  readonly #hidden: ReadonlySet<string>;
  readonly #foreignQueries: ReadonlySet<string>;

  constructor(federation: Federation, document: DocumentNode, definition: Definition) {
    this.#federation = federation;
    this.#document = document;
    this.#hidden = hiddenElements(document, definition);
    this.#foreignQueries = new Set(foreignQueries(federation, definition));
  }

  text(): string {
    const { definitions } = this.#document;
    const all = {
      ...this.#document,
      definitions: definitions.flatMap((each) => this.#definition(each)),
    };
    const types = reachableTypes(all, [...ROOTS, ...this.#federation.applied.keys()]);
    return print({
      ...all,
      definitions: all.definitions.filter(
        (each) => 'name' in each && types.has(each.name?.value ?? ''),
      ),
    });
  }

  #definition(node: DefinitionNode): DefinitionNode[] {
    // Directives of operations are no gateway's to pass on.
    if (!isTypeDefinitionNode(node)) return [];
    const name = node.name.value;
    const typed = { ...node, directives: this.#directives(node, name) };
    switch (typed.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
        return [this.#object(typed)];
      case Kind.INTERFACE_TYPE_DEFINITION:
        return [
          {
            ...typed,
            fields: this.#fields(name, typed.fields),
            interfaces: ownInterfaces(typed),
          },
        ];
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = typed.fields?.map((field) => this.#member(name, field));
        return [{ ...typed, ...(fields && { fields }) }];
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = typed.values?.map((value) => this.#member(name, value));
        return [{ ...typed, ...(values && { values }) }];
      }
      default:
        return [typed];
    }
  }

  #object(node: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode {
    const name = node.name.value;
    const externals = (this.#federation.externals.get(name) ?? []).map(externalField);
    const own = (node.fields ?? []).filter((field) => {
      return !ROOTS.has(name) || !this.#isLeftOut(field.name.value);
    });
    const fields = this.#fields(name, [...own, ...externals]);
    const applied = this.#federation.applied.get(name) ?? [];
    // It is an interface elsewhere, whose types know no interface of this subgraph.
    const isInterface = applied.some((each) => each.name === 'interfaceObject');
    const interfaces = isInterface ? [] : ownInterfaces(node);
    if (ROOTS.has(name) || !isOfApi(name)) return { ...node, fields, interfaces };
    // Every space has it, and a gateway may have several.
    const shareable = directive(this.#federation.names.shareable);
    return { ...node, fields, interfaces, directives: [...(node.directives ?? []), shareable] };
  }

  /** What each space has: several behind one gateway would all have it. */
  #isLeftOut(name: string): boolean {
    return isOfSpace(name) || this.#foreignQueries.has(name);
  }

  #fields(
    typeName: string,
    fields: readonly FieldDefinitionNode[] | undefined,
  ): FieldDefinitionNode[] {
    return (fields ?? []).map((field) => {
      const own = this.#member(typeName, field);
      const coordinate = `${typeName}.${field.name.value}`;
      const given = field.arguments?.map((argument) => {
        const directives = this.#directives(argument, `${coordinate}(${argument.name.value}:)`);
        return { ...argument, directives };
      });
      return { ...own, ...(given && { arguments: given }) };
    });
  }

  #member<T extends Member>(typeName: string, node: T): T {
    return { ...node, directives: this.#directives(node, `${typeName}.${node.name.value}`) };
  }

  #directives(
    node: { readonly directives?: readonly ConstDirectiveNode[] },
    coordinate: string,
  ): ConstDirectiveNode[] {
    const { applied, names } = this.#federation;
    const written = applied.get(coordinate) ?? [];
    const isTold = written.some(({ name }) => name === 'inaccessible');
    const isHidden = this.#hidden.has(coordinate) && !isTold;
    return [
      ...(node.directives ?? []).filter(({ name }) => !UNKNOWN_TO_COMPOSITION.has(name.value)),
      ...written.map(({ text }) => parsedDirective(text)),
      ...(isHidden ? [directive(names.inaccessible)] : []),
    ];
  }
}

/** Of types that are other subgraphs', who may have queries of these names. */
function foreignQueries({ foreign }: Federation, definition: Definition): string[] {
  const { nodeTypes, interfaceTypes, unionTypes } = definition;
  const types = [...nodeTypes.values(), ...interfaceTypes.values(), ...unionTypes.values()];
  return types.flatMap((type) => {
    const { single, list } = nodeNames(type);
    return foreign.has(type.name) ? [single, list, `${list}Connection`] : [];
  });
}

/** Those of the definition: what every space calls a node is no type that several can share. */
function ownInterfaces({
  interfaces = [],
}: {
  readonly interfaces?: readonly NamedTypeNode[];
}): readonly NamedTypeNode[] {
  return interfaces.filter(({ name }) => name.value !== 'Node');
}

interface Member {
  readonly name: { readonly value: string };
  readonly directives?: readonly ConstDirectiveNode[];
}

function externalField({ name, type, description }: ExternalField): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: { kind: Kind.NAME, value: name },
    type: parseType(type),
    ...(description !== undefined && {
      description: { kind: Kind.STRING, value: description, block: true },
    }),
  };
}

function directive(name: string): ConstDirectiveNode {
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } };
}

/** Of what was written on a type, as it stands on one here. */
function parsedDirective(text: string): ConstDirectiveNode {
  const [type] = parse(`scalar _ ${text}`, { noLocation: true }).definitions;
  const found = type?.kind === Kind.SCALAR_TYPE_DEFINITION ? type.directives?.[0] : undefined;
  assert(found !== undefined, 'what was written as a directive is one');
  return found;
}
