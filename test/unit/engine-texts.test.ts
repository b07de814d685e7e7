/** Texts in answers: copied by chunks of 16 bytes, the last of which overlaps the one before. */

import { expect, test } from 'vitest';
import { type Plan, PlanStatus } from '../../src/engine/plan.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';

const LENGTH_MAX = 70;
const ESCAPED = ['"', '\\', '\n', '\u0000', '\u001f'];

test('JSON has every text of a few chunks, with something to escape at each place', async () => {
  const space = await openMemorySpace({
    definition: { source: 'type Note @node { text: String }' },
  });
  const texts = [...allTexts()];
  await space.write({ actor: 'user:test/ann' }, (draft) => {
    for (const text of texts) draft.setNodeValue(draft.createNode('Note', {}), 'text', text);
  });
  const counted = space.graph.answer(PLAN, NO_LIMITS);
  if (counted.status !== PlanStatus.OK)
    throw new Error(`an answer expected, got ${counted.status}`);
  const json = counted.json.toString();
  const answer: { notes: { text: string }[] } = JSON.parse(json);
  expect(answer.notes.map(({ text }) => text).sort()).toEqual(texts.sort());
  // As JavaScript writes it, too.
  expect(json).toBe(JSON.stringify(answer));
});

function* allTexts(): Generator<string> {
  for (let length = 0; length <= LENGTH_MAX; length++) {
    const plain = Array.from({ length }, (_, index) => String.fromCharCode(0x61 + (index % 26)));
    yield plain.join('');
    for (let place = 0; place < length; place++) {
      for (const mark of ESCAPED) yield plain.with(place, mark).join('');
    }
  }
}

const FIELD = { kind: 'property', of: 'node', path: 'text' } as const;
const PLAN: Plan = {
  members: [
    {
      name: 'notes',
      shape: {
        kind: 'list',
        rows: { source: { kind: 'type', type: 'Note' } },
        item: {
          members: [{ name: 'text', shape: { kind: 'value', field: FIELD, format: 'any' } }],
        },
      },
    },
  ],
};
