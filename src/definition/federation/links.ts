/**
 * `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])`: which
 * specifications a definition uses, and under what names (https://specs.apollo.dev/link).
 */

import {
  type ConstDirectiveNode,
  type ConstObjectValueNode,
  type ConstValueNode,
  Kind,
  print,
} from 'graphql';
import { findArgument, stringArgument } from '../directives.ts';
import type { Mistakes } from '../mistakes.ts';
import { quoteShort } from '../syntax.ts';
import {
  CACHE_CONTROL,
  FEDERATION_IDENTITY,
  FEDERATION_MINOR_MAX,
  FEDERATION_TYPES,
  type FederationName,
  isFederationName,
} from './specification.ts';

const LINK = '@link';
const NAMESPACE = 'federation';
const ARGUMENTS: ReadonlySet<string> = new Set(['url', 'as', 'import', 'for']);
const VERSION = /^\/v2\.(0|[1-9]\d?)$/;

/** Under what names a definition has the directives of Federation, and those of others. */
export class Links {
  /** Before `__`, where a directive of Federation is not imported. */
  #namespace = NAMESPACE;
  #isFederated = false;
  readonly #imported = new Map<string, FederationName>();
  readonly #others = new Set<string>();

  get isFederated(): boolean {
    return this.#isFederated;
  }

  /** What a directive is called in the specification, by its name in the text. */
  federationName(written: string): FederationName | undefined {
    if (written === CACHE_CONTROL && this.#isFederated) return CACHE_CONTROL;
    const imported = this.#imported.get(written);
    if (imported !== undefined) return imported;
    const prefix = `${this.#namespace}__`;
    const name = written.startsWith(prefix) ? written.slice(prefix.length) : '';
    return this.#isFederated && isFederationName(name) ? name : undefined;
  }

  /** Whether a directive is imported of another specification. */
  isOther(written: string): boolean {
    return this.#others.has(written);
  }

  /** How the text would write a directive of Federation. */
  writtenName(name: FederationName): string {
    for (const [written, imported] of this.#imported) if (imported === name) return written;
    return `${this.#namespace}__${name}`;
  }

  read(link: ConstDirectiveNode, mistakes: Mistakes): void {
    for (const argument of link.arguments ?? []) {
      const name = argument.name.value;
      if (ARGUMENTS.has(name)) continue;
      const expected = `${LINK} expected the arguments url, as, import or for`;
      mistakes.add(argument, `${expected}, got ${quoteShort(name)}`);
    }
    const url = stringArgument(link, 'url');
    if (url === undefined) {
      mistakes.add(link, `${LINK} expected the url of a specification, got none`);
      return;
    }
    const isFederation = url === FEDERATION_IDENTITY || url.startsWith(`${FEDERATION_IDENTITY}/`);
    if (isFederation) this.#federate(link, url, mistakes);
    for (const [written, name, at] of imports(link, mistakes)) {
      this.#import({ written, name, at, isFederation }, mistakes);
    }
  }

  #federate(link: ConstDirectiveNode, url: string, mistakes: Mistakes): void {
    const version = VERSION.exec(url.slice(FEDERATION_IDENTITY.length));
    if (version === null || Number(version[1]) > FEDERATION_MINOR_MAX) {
      const expected = `url of ${LINK} expected Federation v2.0 to v2.${FEDERATION_MINOR_MAX}`;
      mistakes.add(findArgument(link, 'url') ?? link, `${expected}, got ${quoteShort(url)}`);
    } else if (this.#isFederated) {
      mistakes.add(link, 'definition expected one @link to Federation, got another');
    }
    this.#isFederated = true;
    this.#namespace = stringArgument(link, 'as') ?? NAMESPACE;
  }

  #import({ written, name, at, isFederation }: Import, mistakes: Mistakes): void {
    if (!name.startsWith('@')) {
      if (!isFederation || FEDERATION_TYPES.has(name)) return;
      const expected = `import of ${LINK} expected names of Federation`;
      mistakes.add(at, `${expected}, got ${quoteShort(name)}`);
      return;
    }
    const [own, theirs] = [written.slice(1), name.slice(1)];
    if (!isFederation) this.#others.add(own);
    else if (isFederationName(theirs)) this.#imported.set(own, theirs);
    else {
      const expected = `import of ${LINK} expected directives of Federation that definitions take`;
      mistakes.add(at, `${expected}, got ${quoteShort(name)}`);
    }
  }
}

interface Import {
  /** With `@` where it is a directive: the name in the text, and in the specification. */
  readonly written: string;
  readonly name: string;
  readonly at: ConstValueNode;
  readonly isFederation: boolean;
}

/** `"@key"`, or `{ name: "@key", as: "@primary" }`. */
function imports(
  link: ConstDirectiveNode,
  mistakes: Mistakes,
): readonly (readonly [written: string, name: string, at: ConstValueNode])[] {
  const value = findArgument(link, 'import')?.value;
  if (value === undefined) return [];
  const items = value.kind === Kind.LIST ? value.values : [value];
  return items.flatMap((item) => {
    const found = importOf(item);
    if (found !== undefined) return [[...found, item] as const];
    const expected = `import of ${LINK} expected "@name" or { name: "@name", as: "@other" }`;
    mistakes.add(item, `${expected}, got ${quoteShort(print(item))}`);
    return [];
  });
}

function importOf(item: ConstValueNode): readonly [string, string] | undefined {
  if (item.kind === Kind.STRING) return [item.value, item.value];
  if (item.kind !== Kind.OBJECT) return undefined;
  const name = memberOf(item, 'name');
  if (name === undefined) return undefined;
  const written = memberOf(item, 'as') ?? name;
  return written.startsWith('@') === name.startsWith('@') ? [written, name] : undefined;
}

function memberOf(object: ConstObjectValueNode, name: string): string | undefined {
  const value = object.fields.find((field) => field.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
