/**
 * The URL of a thread's file beside the module that starts it: `.ts` in a checkout, `.js` in the
 * package, where the compiler rewrites the extensions of imports and no others.
 */
export function threadEntry(name: string, importer: string): URL {
  return new URL(`./${name}${importer.endsWith('.ts') ? '.ts' : '.js'}`, importer);
}
