/** English plurals that no simple rule gives, as the Neo4j GraphQL Library has them: `people`. */

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['person', 'people'],
  ['man', 'men'],
  ['woman', 'women'],
  ['child', 'children'],
  ['foot', 'feet'],
  ['tooth', 'teeth'],
  ['goose', 'geese'],
  ['mouse', 'mice'],
  ['ox', 'oxen'],
  ['quiz', 'quizzes'],
  ['leaf', 'leaves'],
  ['shelf', 'shelves'],
  ['half', 'halves'],
  ['wolf', 'wolves'],
  ['thief', 'thieves'],
  ['knife', 'knives'],
  ['life', 'lives'],
  ['wife', 'wives'],
  ['hero', 'heroes'],
  ['potato', 'potatoes'],
  ['tomato', 'tomatoes'],
  ['index', 'indices'],
  ['vertex', 'vertices'],
  ['matrix', 'matrices'],
  ['axis', 'axes'],
  ['analysis', 'analyses'],
  ['basis', 'bases'],
  ['crisis', 'crises'],
  ['diagnosis', 'diagnoses'],
  ['hypothesis', 'hypotheses'],
  ['thesis', 'theses'],
  ['criterion', 'criteria'],
  ['phenomenon', 'phenomena'],
  ['datum', 'data'],
  ['curriculum', 'curricula'],
]);

/** The plural of a name in camel case whose last word is in the table: `salesPeople`. */
export function irregularPlural(name: string): string | undefined {
  const last = /(?:^|[A-Z_])[a-z]*$/.exec(name)?.[0].replace(/^_/, '') ?? '';
  const plural = IRREGULAR.get(last.toLowerCase());
  if (plural === undefined) return undefined;
  return name.slice(0, -last.length) + last.charAt(0) + plural.slice(1);
}
