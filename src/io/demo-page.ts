/** What GraphiQL shows of the demo: operations that answer something, and who may ask them. */

import { parse } from 'graphql';
import { fromHex } from '../base/bytes.ts';
import { nodeIdByKey } from '../delta/node-id.ts';
import type { Example } from '../graphql/examples.ts';
import type { GraphiqlContent } from '../server/graphiql-page.ts';
import type { Space } from '../space/space.ts';
import { readDemoFile } from './demo.ts';

/** Those to whom the demo grants something, each for what it shows. */
const PRINCIPALS = [
  { principal: 'user:*', name: 'Anybody', role: 'sees airports and routes' },
  { principal: 'user:skyways/ann', name: 'Ann', role: 'partner, sees flights' },
  { principal: 'user:coastal/ben', name: 'Ben', role: 'of another airline' },
  { principal: 'user:airports/eve', name: 'Eve', role: 'authority, may write' },
] as const;

export async function readDemoPage({ id }: Space): Promise<GraphiqlContent> {
  const { source } = await readDemoFile('examples.graphql');
  return { examples: examplesIn(source, fromHex(id)), principals: PRINCIPALS };
}

/** Each operation with the comment right above it. */
function examplesIn(source: string, space: Uint8Array): Example[] {
  return parse(source).definitions.flatMap((definition) => {
    if (definition.kind !== 'OperationDefinition' || definition.loc === undefined) return [];
    const { start, end } = definition.loc;
    const comment = /(?<=^|\n)(?:#.*\n)+$/.exec(source.slice(0, start))?.[0] ?? '';
    const operation = `${comment}${source.slice(start, end)}\n`;
    const codes = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
    if (codes.length === 0) return [{ operation }];
    const ids = codes.map((key) => [key, nodeIdByKey({ space, type: 'Airport', key })]);
    return [{ operation, variables: Object.fromEntries(ids) }];
  });
}
