/** What the parts of an authentication file have in common. */

import type { YamlFields } from '../../access/yaml-fields.ts';
import { DatabaseError } from '../../base/errors.ts';

/** Reads a value; what is wrong with it is wrong at the place of its fields. */
export function atFields<Result>(fields: YamlFields, name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.position !== undefined) throw error;
    throw placed(fields, name, error);
  }
}

/** Sections of a list, no two of which have one name. */
export function distinctSections(
  fields: YamlFields,
  { list, name, max }: { readonly list: string; readonly name: string; readonly max: number },
): YamlFields[] {
  const sections = fields.fieldsList(list);
  if (sections.length > max) throw fields.malformed(`at most ${max} ${list}`, sections.length);
  const names = new Set<string>();
  for (const section of sections) {
    const text = section.text(name);
    if (names.has(text)) throw section.malformed(`${name} of its own`, `${text} again`);
    names.add(text);
  }
  return sections;
}

function placed(fields: YamlFields, name: string, cause: DatabaseError): DatabaseError {
  // An error of the fields knows where they are.
  const { position } = fields.malformed(name, undefined);
  const details = { cause, ...(position === undefined ? {} : { position }) };
  return new DatabaseError(cause.code, `${name}: ${cause.message}`, details);
}
