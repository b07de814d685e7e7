/** No part of a principal's name may be taken for another: `user:<organisation>/<name>`. */
const ORGANISATION = /^[^\p{Cc}\p{Cs} :#@*/]+$/u;

/** Whether an organisation may have this name, as a member of a space. */
export function isOrganisation(name: string): boolean {
  return ORGANISATION.test(name);
}
