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
import { findArgument, isKnownDirective, stringArgument } from '../directives.ts';
import type { Mistakes } from '../mistakes.ts';
import { quoteShort } from '../syntax.ts';
import {
  CACHE_CONTROL,
  FEDERATION_DIRECTIVES,
  FEDERATION_IDENTITY,
  FEDERATION_MINOR_MAX,
  FEDERATION_TYPES,
  type FederationDirective,
  type FederationName,
  isFederationName,
} from './specification.ts';

/** Of an object that imports something. */
const MEMBERS: ReadonlySet<string> = new Set(['name', 'as']);
const LINK_IDENTITY = 'https://specs.apollo.dev/link/';
const LINK = '@link';
const NAMESPACE = 'federation';
const ARGUMENTS: ReadonlySet<string> = new Set(['url', 'as', 'import', 'for']);
const PURPOSES: ReadonlySet<string> = new Set(['SECURITY', 'EXECUTION']);
const NAME = /^[A-Za-z_]\w*$/;
const VERSION = /^\/v2\.(0|[1-9]\d?)$/;

/** Under what names a definition has the directives of Federation, and those of others. */
export class Links {
  /** Before `__`, where a directive of Federation is not imported. */
  #namespace = NAMESPACE;
  #isFederated = false;
  #minor = 0;
  /** Before `__`, what names of all specifications have where they are not imported. */
  readonly #namespaces = new Set(['link']);
  /** Names in the text that are imported, and those of Federation that are, with their `@`. */
  readonly #written = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #imported = new Map<string, FederationName>();
  readonly #others = new Set<string>();

  get isFederated(): boolean {
    return this.#isFederated;
  }

  /** Of the version of Federation 2. */
  get minor(): number {
    return this.#minor;
  }

  /** Whether a name is that of a type of some specification. */
  isTakenType(name: string): boolean {
    const [namespace = '', rest] = name.split('__', 2);
    return this.#written.has(name) || (rest !== undefined && this.#namespaces.has(namespace));
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
    checkArguments(link, mistakes);
    const url = stringArgument(link, 'url');
    if (url === undefined || !URL.canParse(url)) {
      const got = url === undefined ? 'none' : quoteShort(JSON.stringify(url));
      mistakes.add(link, `${LINK} expected the url of a specification, got ${got}`);
      return;
    }
    const isFederation = url === FEDERATION_IDENTITY || url.startsWith(`${FEDERATION_IDENTITY}/`);
    if (isFederation) this.#federate(link, url, mistakes);
    this.#takeNamespace(link, url, mistakes);
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
    this.#minor = Number(version?.[1] ?? FEDERATION_MINOR_MAX);
    this.#namespace = stringArgument(link, 'as') ?? NAMESPACE;
  }

  /** What its names have before `__`: of its own, that of the specification where it has none. */
  #takeNamespace(link: ConstDirectiveNode, url: string, mistakes: Mistakes): void {
    const given = stringArgument(link, 'as');
    // It is there whether it is named or not.
    if (given === undefined && url.startsWith(LINK_IDENTITY)) return;
    const parts = new URL(url).pathname.split('/').filter((part) => part !== '');
    const namespace = given ?? parts.findLast((part) => NAME.test(part)) ?? '';
    if (given !== undefined && (!NAME.test(given) || given.includes('__'))) {
      const expected = `as of ${LINK} expected a name without __`;
      mistakes.add(link, `${expected}, got ${quoteShort(JSON.stringify(given))}`);
    } else if (namespace !== '' && this.#namespaces.has(namespace)) {
      const expected = `${LINK} expected a name that no other link has, as in as: "other"`;
      mistakes.add(link, `${expected}, got ${quoteShort(namespace)}`);
    }
    this.#namespaces.add(namespace);
  }

  #import({ written, name, at, isFederation }: Import, mistakes: Mistakes): void {
    const isKnown = isFederation && this.#taken.has(name);
    // The same once more says nothing.
    if (isKnown && this.#written.has(written) && written === name) return;
    if (this.#written.has(written) || isKnown) {
      const expected = `import of ${LINK} expected each name once`;
      mistakes.add(at, `${expected}, got ${quoteShort(isKnown ? name : written)} again`);
    } else if (isKnownDirective(written.slice(1))) {
      const expected = `import of ${LINK} expected a name that definitions do not take`;
      mistakes.add(at, `${expected}, got ${quoteShort(written)}`);
    }
    this.#written.add(written);
    if (isFederation) this.#taken.add(name);
    if (!name.startsWith('@')) {
      if (!isFederation) return;
      const since = FEDERATION_TYPES.get(name);
      if (since !== undefined) return this.#checkSince(at, { name, since }, mistakes);
      const expected = `import of ${LINK} expected names of Federation`;
      mistakes.add(at, `${expected}, got ${quoteShort(name)}`);
      return;
    }
    const [own, theirs] = [written.slice(1), name.slice(1)];
    if (!isFederation) this.#others.add(own);
    else if (isFederationName(theirs)) {
      this.#imported.set(own, theirs);
      const { since = 0 }: FederationDirective = FEDERATION_DIRECTIVES[theirs];
      this.#checkSince(at, { name, since }, mistakes);
    } else {
      const expected = `import of ${LINK} expected directives of Federation that definitions take`;
      mistakes.add(at, `${expected}, got ${quoteShort(name)}`);
    }
  }

  #checkSince(
    at: ConstValueNode,
    { name, since }: { readonly name: string; readonly since: number },
    mistakes: Mistakes,
  ): void {
    if (this.#minor >= since) return;
    const expected = `${name} expected Federation v2.${since} or later`;
    mistakes.add(at, `${expected}, got v2.${this.#minor}`);
  }
}

interface Import {
  /** With `@` where it is a directive: the name in the text, and in the specification. */
  readonly written: string;
  readonly name: string;
  readonly at: ConstValueNode;
  readonly isFederation: boolean;
}

function checkArguments(link: ConstDirectiveNode, mistakes: Mistakes): void {
  const seen = new Set<string>();
  for (const argument of link.arguments ?? []) {
    const { value } = argument;
    const name = argument.name.value;
    if (!ARGUMENTS.has(name)) {
      const expected = `${LINK} expected the arguments url, as, import or for`;
      mistakes.add(argument, `${expected}, got ${quoteShort(name)}`);
    } else if (seen.has(name)) {
      mistakes.add(argument, `${LINK} expected ${name} once, got it again`);
    } else if (name === 'for' && !(value.kind === Kind.ENUM && PURPOSES.has(value.value))) {
      const got = quoteShort(print(value));
      mistakes.add(value, `for of ${LINK} expected SECURITY or EXECUTION, got ${got}`);
    } else if (name === 'as' && value.kind !== Kind.STRING) {
      mistakes.add(value, `as of ${LINK} expected a string, got ${quoteShort(print(value))}`);
    }
    seen.add(name);
  }
}

/** `"@key"`, or `{ name: "@key", as: "@primary" }`. */
function imports(
  link: ConstDirectiveNode,
  mistakes: Mistakes,
): readonly (readonly [written: string, name: string, at: ConstValueNode])[] {
  const value = findArgument(link, 'import')?.value;
  if (value === undefined) return [];
  if (value.kind !== Kind.LIST) {
    const expected = `import of ${LINK} expected a list, as in ["@key"]`;
    mistakes.add(value, `${expected}, got ${quoteShort(print(value))}`);
    return [];
  }
  return value.values.flatMap((item) => {
    const found = importOf(item);
    if (found !== undefined) return [[...found, item] as const];
    const expected = `import of ${LINK} expected "@name" or { name: "@name", as: "@other" }`;
    mistakes.add(item, `${expected}, got ${quoteShort(print(item))}`);
    return [];
  });
}

function importOf(item: ConstValueNode): readonly [string, string] | undefined {
  if (item.kind === Kind.STRING) {
    return isImported(item.value) ? [item.value, item.value] : undefined;
  }
  if (item.kind !== Kind.OBJECT) return undefined;
  const name = memberOf(item, 'name');
  if (name === undefined) return undefined;
  const written = memberOf(item, 'as') ?? name;
  const isKnown = item.fields.every((each) => MEMBERS.has(each.name.value));
  const isAlike = written.startsWith('@') === name.startsWith('@');
  return isKnown && isAlike && isImported(written) ? [written, name] : undefined;
}

/** With `@` where it is a directive. */
function isImported(name: string): boolean {
  return NAME.test(name.startsWith('@') ? name.slice(1) : name);
}

function memberOf(object: ConstObjectValueNode, name: string): string | undefined {
  const value = object.fields.find((field) => field.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
