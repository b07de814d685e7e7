/**
 * The text that a signature of a request is made over (RFC 9421, section 2.5): a line for each
 * covered component, then one for the parameters of the signature.
 *
 *     base   line, "\n", ..., '"@signature-params": ', components with parameters
 *     line   component, ": ", its value in this request
 */

import { formatInnerList, formatItem, type Item, type Parameters } from './structured-fields.ts';

export interface SignedMessage {
  readonly method: string;
  /** `https://graph.example`: how the server is called, whatever its clients say. */
  readonly origin: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** All values of each field, in the order in which they came, without blanks around them. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

const FIELD = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** Undefined where a component is unknown, missing in the request, or covered twice. */
export function signatureBase(
  message: SignedMessage,
  components: readonly Item[],
  parameters: Parameters,
): Uint8Array | undefined {
  const lines: string[] = [];
  const covered = new Set<string>();
  for (const component of components) {
    const value = componentValue(message, component);
    if (value === undefined || covered.has(component.value)) return undefined;
    covered.add(component.value);
    lines.push(`${formatItem(component)}: ${value}\n`);
  }
  const base = `${lines.join('')}"@signature-params": ${formatInnerList(components, parameters)}`;
  // Node reads each byte of a field as a character.
  return new Uint8Array(Buffer.from(base, 'latin1'));
}

/** Fields with all of their values, also those of which a message is to have one alone. */
export function fieldsOf(
  rawHeaders: readonly string[],
): Readonly<Record<string, readonly string[] | undefined>> {
  const fields: Record<string, string[]> = Object.create(null);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    fields[name] ??= [];
    fields[name].push(String(rawHeaders[index + 1]));
  }
  return fields;
}

/** Components with parameters (parts of a field, of another message) are not known here. */
function componentValue(message: SignedMessage, { value, parameters }: Item): string | undefined {
  if (parameters.size > 0) return undefined;
  if (!value.startsWith('@')) {
    if (!FIELD.test(value)) return undefined;
    return message.headers[value]?.join(', ');
  }
  const { method, origin, target } = message;
  const queryAt = target.indexOf('?');
  switch (value) {
    case '@method':
      return method;
    case '@target-uri':
      return `${origin}${target}`;
    case '@authority':
      return new URL(origin).host;
    case '@scheme':
      return new URL(origin).protocol.slice(0, -1);
    case '@request-target':
      return target;
    case '@path':
      return queryAt < 0 ? target : target.slice(0, queryAt);
    case '@query':
      return queryAt < 0 ? '?' : target.slice(queryAt);
    default:
      return undefined;
  }
}
