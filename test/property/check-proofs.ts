/**
 * Random values of the demo, proven and verified: names, nested values, keys, nodes, edges and
 * their properties, some written again, some incremented; and proofs with one byte changed.
 */

import { assert } from '../../src/base/assert.ts';
import type { Definition } from '../../src/definition/definition.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import { sameValue, type Value } from '../../src/delta/value.ts';
import type { EdgeRow, NodeRow } from '../../src/engine/graph-view.ts';
import { findDemoFiles, loadDemo, readDemoDefinition } from '../../src/io/demo.ts';
import { type ProofVerdict, verifyProof } from '../../src/proof/verify.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';

const TYPE = 'Airport';
const EDGE = 'ROUTE';
const REWRITTEN = 40;

export interface ProofTally {
  readonly proofs: Map<string, number>;
  /** Bytes of all proofs, and of the longest. */
  bytes: number;
  bytesMax: number;
  changedBytes: number;
}

export async function checkProofs(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<ProofTally> {
  const seeded = new Seeded(options.seed);
  await using space = await demoSpace(seeded);
  const nodes = space.graph.nodesOfType(TYPE);
  const routed = nodes.filter((node) => space.graph.edges(node, EDGE, 'OUT').length > 0);
  const tally: ProofTally = { proofs: new Map(), bytes: 0, bytesMax: 0, changedBytes: 0 };
  for (let count = 0; count < options.count; ) {
    const value = seeded.chance(0.5)
      ? randomNodeValue(seeded, space, seeded.pick(nodes))
      : randomEdgeValue(seeded, space, seeded.pick(routed));
    const text = await value.proof();
    if (text === undefined) continue;
    expectProven(verifyProof(text), value);
    expectRefused(text, seeded, tally);
    tally.proofs.set(value.kind, (tally.proofs.get(value.kind) ?? 0) + 1);
    tally.bytes += text.length;
    tally.bytesMax = Math.max(tally.bytesMax, text.length);
    count += 1;
  }
  return tally;
}

/** The demo in memory, with values that were written more than once. */
async function demoSpace(seeded: Seeded): Promise<Space> {
  const definition = await readDemoDefinition();
  const space = await openMemorySpace({ definition });
  await loadDemo(space, findDemoFiles(), { actor: 'demo' });
  const nodes = space.graph.nodesOfType(TYPE);
  for (let count = 0; count < REWRITTEN; count++) {
    const node = seeded.pick(nodes);
    await space.write({ actor: `user:${count}` }, (draft) => {
      draft.setNodeValue(draft.graph.nodeId(node), 'name', `Renamed ${count} é 日本`);
      for (const edge of draft.graph.edges(node, EDGE, 'OUT').slice(0, 3)) {
        draft.incrementEdgeValue(nameOf(space, edge), 'flights', 5n);
      }
    });
  }
  return space;
}

interface RandomValue {
  readonly kind: string;
  /** What the graph shows; undefined for a node or an edge itself. */
  readonly value: Value | undefined;
  readonly path: string | undefined;
  readonly proof: () => Promise<string | undefined>;
}

function randomNodeValue(seeded: Seeded, space: Space, node: NodeRow): RandomValue {
  const path = seeded.chance(0.2) ? undefined : seeded.pick(pathsOf(space.definition));
  const value = path === undefined ? undefined : space.graph.nodeValue(node, path);
  const kind = path === undefined ? 'node' : 'node value';
  return { kind, path, value, proof: () => space.nodeProof(node, path) };
}

function randomEdgeValue(seeded: Seeded, space: Space, node: NodeRow): RandomValue {
  const edge = seeded.pick(space.graph.edges(node, EDGE, 'OUT'));
  const path = seeded.chance(0.7) ? 'flights' : undefined;
  const value = path === undefined ? undefined : space.graph.edgeValue(edge, path);
  const kind = path === undefined ? 'edge' : 'edge value';
  return { kind, path, value, proof: () => space.edgeProof(edge, path) };
}

function pathsOf(definition: Definition): string[] {
  const fields = definition.nodeTypes.get(TYPE)?.fields ?? [];
  return scalarFields(fields).flatMap(({ isKey, path }) => (isKey ? [] : [path]));
}

/** A sum shows more than the set that it adds to, which is what its proof is of. */
function expectProven(verdict: ProofVerdict, { value, path }: RandomValue): void {
  if (!verdict.valid) throw new Error(`a proof was refused: ${verdict.reason} ${verdict.message}`);
  const { claim } = verdict;
  assert(claim.path === path, 'a proof is of the path that was asked for');
  if (value === undefined) assert(claim.value === undefined, 'an element has no value');
  else if (path !== 'flights') {
    assert(claim.value !== undefined && sameValue(claim.value, value), 'a proof has the value');
  }
}

/** One byte of the text, anywhere, to any other. */
function expectRefused(text: string, seeded: Seeded, tally: ProofTally): void {
  const bytes = Buffer.from(text);
  for (let round = 0; round < 4; round++) {
    const at = seeded.below(bytes.length);
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ seeded.between(1, 255);
    const verdict = verifyProof(changed.toString('utf8'));
    assert(!verdict.valid, `a proof with byte ${at} changed is refused: ${changed}`);
    tally.changedBytes += 1;
  }
}

function nameOf({ graph }: Space, edge: EdgeRow) {
  const { from, to } = graph.edgeEnds(edge);
  const type = graph.edgeType(edge);
  return { from: graph.nodeId(from), type, to: graph.nodeId(to), key: graph.edgeKey(edge) };
}
