/**
 * Asks a server for its schema, and makes of it the types that documents are checked by:
 * `node introspect.ts [url]` writes graphql-env.d.ts anew.
 */

import { writeFile } from 'node:fs/promises';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { DEMO } from './send.ts';

export async function introspect(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery({ descriptions: false }) }),
  });
  const { data } = (await response.json()) as { readonly data: IntrospectionQuery };
  const text = outputIntrospectionFile(minifyIntrospection(data), {
    fileType: '.d.ts',
    shouldPreprocess: true,
  });
  return `${text}\n`;
}

if (import.meta.main) {
  const types = await introspect(process.argv[2] ?? DEMO);
  await writeFile(new URL('graphql-env.d.ts', import.meta.url), types);
}
