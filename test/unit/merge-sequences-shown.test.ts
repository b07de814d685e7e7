/** What sequences show beside sets, adds, deletes, and after seals, in every order of arrival. */

import { describe, expect, test } from 'vitest';
import { CREATE, DELETE, increment, NODE, set } from '../fixture/conflicts.ts';
import { BASE, insert, move, outcome, removeItems } from '../fixture/sequence-deltas.ts';

describe('[M25] an item is hidden like a cell, by the stamp of its insert', () => {
  test('by a later delete of its element, which a create and a move do not undo', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 3, does: [[DELETE]] },
      c: { clock: 4, does: [[CREATE]] },
      d: {
        clock: 5,
        sees: 'a',
        does: [[move('a0', '>a2'), insert('>a0', ['new'], { number: 1 })]],
      },
      e: { clock: 2, sees: 'a', does: [[insert('>a0', ['late'])]] },
    });
    expect(shown).toEqual(['new d']);
  });

  test('by a later cell above or below, and hides those that are older', async () => {
    const steps = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[insert('', ['old'], { path: 'at' })]] },
      c: { clock: 3, does: [[set(1n, 'at.x')]] },
      d: { clock: 4, sees: 'b', does: [[insert('>b0', ['new'], { path: 'at' })]] },
      e: { clock: 5, sees: 'd', does: [[removeItems('b0', { path: 'at' })]] },
    };
    expect(await outcome(steps, 'at')).toEqual(['new d']);
    const removed = {
      ...steps,
      f: { clock: 6, sees: 'bd', does: [[removeItems('d0', { path: 'at' })]] },
    };
    expect(await outcome(removed, 'at.x')).toEqual(['null']);
  });
});

describe('[M26] what shows', () => {
  test('are items before adds, and adds once no item does', async () => {
    const add = { operation: 'add', path: 'name', value: 'added' } as const;
    const steps = {
      ...BASE,
      b: { clock: 7, does: [[{ subject: NODE, delta: add }]] },
    };
    expect(await outcome(steps)).toEqual(['1 a', '2 a', '3 a']);
    const removed = { ...steps, c: { clock: 2, sees: 'a', does: [[removeItems('a0+3')]] } };
    expect(await outcome(removed)).toEqual([expect.stringContaining('added')]);
  });

  test('is the set below, with what was added to it, while no item does', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, set(5n)]] },
      b: { clock: 2, sees: 'a', does: [[insert('', ['x'])]] },
      c: { clock: 3, sees: 'a', does: [[increment(2n, 'a')]] },
      d: { clock: 4, sees: 'ab', does: [[removeItems('b0')]] },
    });
    expect(shown).toEqual(['{"int64":"7"}']);
  });
});

describe('[M27] a stream', () => {
  test('has all that was appended, in the order of stamps', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, insert('', ['a0', 'a1'])], [insert('', ['a2'])]] },
      b: { clock: 5, does: [[insert('', ['b0'])]] },
      c: { clock: 3, does: [[insert('', ['c1'], { number: 1 }), insert('', ['c0'])]] },
      d: { clock: 5, does: [[insert('', ['d0'])], [insert('', ['d1'])]] },
    });
    expect(shown).toEqual(['a0 a', 'a1 a', 'a2 a', 'c0 c', 'c1 c', 'b0 b', 'd0 d', 'd1 d']);
  });

  test('a list keeps all appends at its end too', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[insert('>a2', ['b'])]] },
      c: { clock: 3, sees: 'a', does: [[insert('>a2', ['c'])]] },
      d: { clock: 4, sees: 'a', does: [[insert('', ['d'])]] },
    });
    expect(shown).toEqual(['1 a', '2 a', '3 a', 'b b', 'c c', 'd d']);
  });
});

describe('[M12] [M13] [M14] a seal', () => {
  const sealed = {
    ...BASE,
    b: { clock: 2, sees: 'a', does: [[insert('<a1', ['b0', 'b1'])]] },
    c: { clock: 3, sees: 'ab', does: [[move('a0', '>a2'), removeItems('b1')]] },
  };

  test('leaves what shows with its writers, and later inserts find its place', async () => {
    const all = { clock: 5, sees: 'abc', seals: 1 };
    const untouched = { ...all, does: [[insert('<a7', ['d'])]] };
    expect(await outcome({ ...sealed, d: untouched })).toEqual([
      'b0 b',
      '2 a',
      '3 a',
      '1 a',
      'd d',
    ]);
    const between = [[insert('>b0', ['d']), insert('<a2', ['e'], { number: 1 })]];
    expect(await outcome({ ...sealed, d: { ...all, does: between } })).toEqual([
      'b0 b',
      'd d',
      '2 a',
      'e d',
      '3 a',
      '1 a',
    ]);
    const removed = { ...all, does: [[removeItems('a0 b0+2'), move('a1', '>a2')]] };
    expect(await outcome({ ...sealed, d: removed })).toEqual(['3 a', '2 a']);
  });

  test('forgets all other places: what names them is at the root', async () => {
    const shown = await outcome({
      ...sealed,
      d: { clock: 5, sees: 'abc', seals: 1, does: [[insert('<b1', ['d']), move('b1', '<a1', 1)]] },
      e: { clock: 6, sees: 'abc', seals: 1, does: [[insert('<c0', ['e'])]] },
    });
    expect(shown).toEqual(['b0 b', '2 a', '3 a', '1 a', 'd d', 'e e']);
  });

  test('forgets a path whose items are all removed: a later counter counts', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[removeItems('a0+3')]] },
      c: { clock: 4, sees: 'ab', seals: 1, does: [[increment(3n)]] },
    });
    expect(shown).toEqual(['{"int64":"3"}']);
  });

  test('forgets hidden items, and the set and the adds below those that show', async () => {
    const add = { operation: 'add', path: 'name', value: 'added' } as const;
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, insert('', ['old'])]] },
      b: { clock: 2, does: [[DELETE]] },
      c: {
        clock: 3,
        does: [[CREATE, set(5n), insert('', ['new']), { subject: NODE, delta: add }]],
      },
      d: { clock: 5, sees: 'abc', seals: 1, does: [[removeItems('c0')]] },
    });
    expect(shown).toEqual(['null']);
  });

  test('after another seal the order is the same', async () => {
    const shown = await outcome({
      ...sealed,
      d: { clock: 5, sees: 'abc', seals: 1, does: [[insert('<a2', ['d'])]] },
      e: {
        clock: 6,
        sees: 'abcd',
        seals: 2,
        does: [[insert('>d0', ['e']), insert('', ['f'], { number: 1 })]],
      },
      f: { clock: 7, sees: 'abcd', seals: 2, does: [[insert('>d0', ['g'])]] },
    });
    expect(shown).toEqual(['b0 b', '2 a', 'd d', 'e e', 'g f', '3 a', '1 a', 'f e']);
  });
});
