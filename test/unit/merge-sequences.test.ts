/** Hand-made conflicts of sequences, in every order of arrival that respects their causes. */

import { describe, expect, test } from 'vitest';
import { CREATE, CREATE_OTHER, EDGE, increment, set } from '../fixture/conflicts.ts';
import { BASE, insert, move, outcome, removeItems } from '../fixture/sequence-deltas.ts';

describe('[M21] an item stands where its insert has put it', () => {
  test('the items of an insert follow one another', async () => {
    expect(await outcome(BASE)).toEqual(['1 a', '2 a', '3 a']);
  });

  test('right of a place, left of it, and at the root behind all', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[insert('>a0', ['right', 'too'])]] },
      c: { clock: 3, sees: 'ab', does: [[insert('<b0', ['left', 'two'])]] },
      d: { clock: 3, sees: 'a', does: [[insert('', ['last'])]] },
      e: { clock: 4, sees: 'a', does: [[insert('<a0', ['first'])]] },
    });
    const left = ['first e', '1 a', '2 a', '3 a'];
    expect(shown).toEqual([...left, 'left c', 'two c', 'right b', 'too b', 'last d']);
  });

  test('runs that meet at one place stand one after the other, by stamp', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 5, sees: 'a', does: [[insert('>a2', ['b', 'b'])]] },
      c: { clock: 4, sees: 'a', does: [[insert('>a2', ['c', 'c', 'c'])]] },
      d: { clock: 4, sees: 'a', does: [[insert('>a2', ['d'])]] },
    });
    expect(shown).toEqual(['1 a', '2 a', '3 a', 'c c', 'c c', 'c c', 'd d', 'b b', 'b b']);
  });

  test('runs that were written towards the begin do not mix either', async () => {
    const steps = {
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[insert('<a1', ['b1'])], [insert('<.0', ['b0'])]] },
      c: { clock: 3, sees: 'a', does: [[insert('<a1', ['c1'])], [insert('<.0', ['c0'])]] },
      d: { clock: 4, sees: 'ab', does: [[insert('>b0', ['d'])]] },
    };
    const shown = await outcome(steps);
    expect(shown).toEqual(['1 a', 'b0 b', 'b1 b', 'd d', 'c0 c', 'c1 c', '2 a', '3 a']);
  });

  test('of one transaction the lesser number is before, whatever the order of deltas', async () => {
    const shown = await outcome({
      ...BASE,
      b: {
        clock: 2,
        sees: 'a',
        does: [[insert('>a2', ['late'], { number: 7 }), insert('>a2', ['early'], { number: 2 })]],
      },
    });
    expect(shown).toEqual(['1 a', '2 a', '3 a', 'early b', 'late b']);
  });

  test('a value may stand at several places, and on an edge', async () => {
    const edge = { subject: EDGE, delta: { operation: 'createEdge' } } as const;
    const shown = await outcome(
      {
        a: { clock: 1, does: [[CREATE, CREATE_OTHER, edge]] },
        b: { clock: 2, sees: 'a', does: [[insert('', ['x', 'x'], { subject: EDGE })]] },
        c: { clock: 3, sees: 'ab', does: [[insert('>b0', ['x'], { subject: EDGE })]] },
      },
      'name',
      EDGE,
    );
    expect(shown).toEqual(['x b', 'x b', 'x c']);
  });
});

describe('[M22] what is named', () => {
  test('stands at the root where it is not there', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[insert('<a9', ['x'])]] },
      c: { clock: 3, sees: 'ab', does: [[insert('<b0', ['y'], { path: 'name' })]] },
      d: { clock: 4, sees: 'ab', does: [[insert('<b3', ['z'])]] },
    });
    expect(shown).toEqual(['1 a', '2 a', '3 a', 'y c', 'x b', 'z d']);
  });

  test('is of its own path and element', async () => {
    const shown = await outcome({
      a: {
        clock: 1,
        does: [[CREATE, insert('', [1n, 2n]), insert('', ['v'], { path: 'visits' })]],
      },
      b: { clock: 2, sees: 'a', does: [[insert('<a1', ['w'], { path: 'visits' })]] },
      c: { clock: 3, sees: 'a', does: [[removeItems('a0', { path: 'visits' })]] },
    });
    expect(shown).toEqual(['1 a', '2 a']);
  });

  test('an insert with a number that is taken does nothing, and ends no counter', async () => {
    const shown = await outcome({
      ...BASE,
      b: {
        clock: 2,
        sees: 'a',
        does: [
          [
            insert('<a0', ['first'], { number: 3 }),
            insert('', ['no', 'no', 'no'], { number: 2 }),
            insert('', ['last'], { number: 2 }),
          ],
        ],
      },
    });
    expect(shown).toEqual(['first b', '1 a', '2 a', '3 a', 'last b']);
  });
});

describe('[M23] an item counts until a removal names it or a later set comes', () => {
  test('its place stays for those that name it', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 9, sees: 'a', does: [[removeItems('a0+3')]] },
      c: { clock: 2, sees: 'a', does: [[insert('>a1', ['x'])]] },
      d: { clock: 3, sees: 'a', does: [[insert('<a1', ['y'])]] },
    });
    expect(shown).toEqual(['y d', 'x c']);
  });

  test('a removal takes the runs alone that it names, and what is there already', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[insert('>a2', ['p', 'q', 'r'])]] },
      c: { clock: 3, sees: 'ab', does: [[removeItems('a1 b0+2 a7+9 b0')]] },
      d: { clock: 4, does: [[removeItems('.0'), insert('', ['kept'])], [removeItems('.1')]] },
      e: { clock: 4, does: [[insert('', ['gone']), removeItems('.0')]] },
    });
    expect(shown).toEqual(['1 a', '3 a', 'r b', 'kept d']);
  });

  test('a later set ends older items, also late ones; newer ones find their place', async () => {
    const steps = {
      ...BASE,
      b: { clock: 5, does: [[set('whole')]] },
      c: { clock: 3, sees: 'a', does: [[insert('>a1', ['old'])]] },
      d: { clock: 6, sees: 'a', does: [[insert('>a1', ['new'])]] },
      e: { clock: 7, sees: 'a', does: [[insert('<a0', ['front'])]] },
    };
    expect(await outcome(steps)).toEqual(['front e', 'new d']);
    const { d: _, e: __, ...ended } = steps;
    expect(await outcome(ended)).toEqual(['{"string":"whole"}']);
  });

  test('a set and an insert of one transaction stand together, whatever their order', async () => {
    for (const does of [
      [set(null), insert('', ['x'])],
      [insert('', ['x']), set(null)],
    ]) {
      expect(await outcome({ ...BASE, b: { clock: 3, does: [does] } })).toEqual(['x b']);
    }
  });

  test('[M10] an insert ends a counter, also one that is removed', async () => {
    const counted = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[increment(7n)]] },
      c: { clock: 3, does: [[insert('', ['x'])]] },
    };
    expect(await outcome(counted)).toEqual(['x c']);
    const removed = { ...counted, d: { clock: 4, sees: 'c', does: [[removeItems('c0')]] } };
    expect(await outcome(removed)).toEqual(['null']);
  });
});

describe('[M24] a moved item', () => {
  test('is at the place of the latest move, once', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 3, sees: 'a', does: [[move('a0', '<a2')]] },
      c: { clock: 2, sees: 'a', does: [[move('a0', '>a2')]] },
      d: { clock: 2, sees: 'a', does: [[insert('>a0', ['x'])]] },
    });
    expect(shown).toEqual(['2 a', '1 a', '3 a', 'x d']);
  });

  test('all its places stay for those that name them', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[move('a0', '>a2')]] },
      c: { clock: 5, sees: 'ab', does: [[move('a0', '<a1')]] },
      d: { clock: 3, sees: 'ab', does: [[insert('>b0', ['x'])]] },
      e: { clock: 4, sees: 'a', does: [[insert('<a0', ['y'])]] },
    });
    expect(shown).toEqual(['y e', '1 a', '2 a', '3 a', 'x d']);
  });

  test('is gone if a removal names it, which wins over all moves', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 2, sees: 'a', does: [[removeItems('a0')]] },
      c: { clock: 9, sees: 'a', does: [[move('a0', '>a2')]] },
      d: { clock: 3, sees: 'ac', does: [[insert('>c0', ['x'])]] },
      e: { clock: 3, sees: 'ac', does: [[removeItems('a1 c0')]] },
    });
    expect(shown).toEqual(['3 a', 'x d']);
  });

  test('of two moves of one transaction the greater number counts', async () => {
    const does = [[move('a0', '>a2', 4), move('a0', '>a1', 2), move('a1', '>a2', 4)]];
    const shown = await outcome({ ...BASE, b: { clock: 2, sees: 'a', does } });
    expect(shown).toEqual(['2 a', '3 a', '1 a']);
  });

  test('a move of what is no item does nothing, nor does one of an older stamp', async () => {
    const shown = await outcome({
      a: { clock: 5, does: [[CREATE, insert('', [1n, 2n, 3n])]] },
      b: { clock: 6, sees: 'a', does: [[move('a7', '<a0'), move('a0', '<a2', 1)]] },
      c: { clock: 7, sees: 'ab', does: [[move('b1', '>a2')], [insert('>.0', ['end'])]] },
      d: { clock: 4, sees: 'a', does: [[move('a2', '<a0')]] },
    });
    expect(shown).toEqual(['2 a', '1 a', '3 a', 'end c']);
  });

  test('goes by the set as its insert does', async () => {
    const shown = await outcome({
      ...BASE,
      b: { clock: 9, sees: 'a', does: [[move('a0', '>a2')]] },
      c: { clock: 5, does: [[set(7n)]] },
      d: { clock: 6, sees: 'ab', does: [[insert('>b0', ['x'])]] },
    });
    expect(shown).toEqual(['x d']);
  });
});
