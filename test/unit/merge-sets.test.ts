/** Hand-made conflicts of sets of values, in every order of arrival that respects their causes. */

import { describe, expect, test } from 'vitest';
import type { AddressedDelta, SeenAdd, Subject } from '../../src/delta/delta.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { shownPieces } from '../../src/engine/set-pieces.ts';
import { EngineView } from '../../src/engine/view.ts';
import {
  CREATE,
  CREATE_OTHER,
  DELETE,
  EDGE,
  hashOf,
  increment,
  NODE,
  OTHER_NODE,
  outcomeOf,
  type ShownItems,
  type Steps,
  set,
} from '../fixture/conflicts.ts';

function add(value: ListItem, path = 'name', subject: Subject = NODE): AddressedDelta {
  return { subject, delta: { operation: 'add', path, value } };
}

/** Names adds by the letters of their commits, all in their first transaction, or its own. */
function remove(value: ListItem, of: string, path = 'name', subject: Subject = NODE) {
  const adds = [...of].map((letter): SeenAdd => {
    if (letter === '.') return { kind: 'own', position: 0 };
    return { kind: 'commit', hash: hashOf(letter), position: 0 };
  });
  return { subject, delta: { operation: 'remove', path, value, adds } } as const;
}

const items: ShownItems = (engine, { kind, row, path }) =>
  shownPieces(new EngineView(engine).collection(kind, row, path).pieces());

function outcome(steps: Steps, path = 'name', subject: Subject = NODE): Promise<string[]> {
  return outcomeOf(steps, { path, subject, items });
}

describe('[M17] an add counts until a removal names it or a later set comes', () => {
  test('adds of several are one set, each value once, in the order of values', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[add('red'), add(3n), add('blue')]] },
      c: { clock: 2, does: [[add('red'), add(true)]] },
      d: { clock: 3, does: [[add('blue')]] },
    });
    expect(shown).toEqual(['true c', '3 b', 'blue d', 'red c']);
  });

  test('a set with a greater stamp ends an add, also where it comes before it', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[add('red')]] },
      c: { clock: 3, does: [[set(null)]] },
      d: { clock: 4, does: [[add('blue')]] },
    });
    expect(shown).toEqual(['blue d']);
    const value = await outcome({
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[add('red')]] },
      c: { clock: 3, does: [[set('whole')]] },
    });
    expect(value).toEqual(['{"string":"whole"}']);
  });

  test('a set and an add of one transaction stand together, whatever their order', async () => {
    for (const does of [
      [set(null), add('red')],
      [add('red'), set(null)],
    ]) {
      const shown = await outcome({
        a: { clock: 1, does: [[CREATE]] },
        b: { clock: 2, does: [[add('old')]] },
        c: { clock: 3, does: [does] },
      });
      expect(shown).toEqual(['red c']);
    }
  });

  test('what one transaction adds twice is one add', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('red'), add('red')]] },
      b: { clock: 2, sees: 'a', does: [[remove('red', 'a')]] },
    });
    expect(shown).toEqual(['null']);
  });

  test('[M10] an add ends a counter, also one that is removed', async () => {
    const counted = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[increment(7n)]] },
      c: { clock: 3, does: [[add('red')]] },
    };
    expect(await outcome(counted)).toEqual(['red c']);
    const removed = { ...counted, d: { clock: 4, sees: 'c', does: [[remove('red', 'c')]] } };
    expect(await outcome(removed)).toEqual(['null']);
  });

  test('a set that has ended all adds is as if none had come, hidden or not', async () => {
    const ended = {
      b: { clock: 2, does: [[add('red')]] },
      c: { clock: 3, does: [[set(7n)]] },
      d: { clock: 9, does: [[DELETE]] },
    };
    expect(await outcome(ended)).toEqual(['absent']);
    expect(await outcome({ a: { clock: 1, does: [[CREATE]] }, ...ended })).toEqual(['absent']);
    const again = { e: { clock: 10, does: [[CREATE]] } };
    expect(await outcome({ ...ended, ...again })).toEqual(['null']);
  });

  test('[M6] what is added to an element that was never created shows once it is', async () => {
    const steps = { b: { clock: 2, does: [[add('red')]] } };
    expect(await outcome(steps)).toEqual(['absent']);
    expect(await outcome({ ...steps, a: { clock: 1, does: [[CREATE]] } })).toEqual(['red b']);
  });

  test('an edge has sets of values like a node', async () => {
    const edge = { subject: EDGE, delta: { operation: 'createEdge' } } as const;
    const steps = {
      a: { clock: 1, does: [[CREATE, CREATE_OTHER, edge]] },
      b: { clock: 2, does: [[add('red', 'name', EDGE)]] },
      c: { clock: 3, does: [[add('red', 'name', EDGE), add('blue', 'name', EDGE)]] },
      d: { clock: 4, sees: 'b', does: [[remove('red', 'b', 'name', EDGE)]] },
    };
    expect(await outcome(steps, 'name', EDGE)).toEqual(['blue c', 'red c']);
  });
});

describe('[M18] a removal takes the adds away that it names', () => {
  test('an add that it has not seen stays', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('red')]] },
      b: { clock: 5, sees: 'a', does: [[remove('red', 'a')]] },
      c: { clock: 2, sees: 'a', does: [[add('red')]] },
    });
    expect(shown).toEqual(['red c']);
  });

  test('one that names all that was seen leaves nothing', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('red')]] },
      b: { clock: 2, sees: 'a', does: [[add('red')]] },
      c: { clock: 3, sees: 'ab', does: [[remove('red', 'ab')]] },
      d: { clock: 3, sees: 'a', does: [[remove('red', 'a')]] },
    });
    expect(shown).toEqual(['null']);
  });

  test('of its own transaction it takes the adds before it', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('red'), remove('red', '.'), add('blue'), add('red')]] },
      b: { clock: 1, does: [[add('green'), remove('green', '.')], [remove('green', '.')]] },
    });
    expect(shown).toEqual(['blue a', 'red a']);
  });

  test('another value, another path and another element are not concerned', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, CREATE_OTHER, add('red'), add(0), add(-0)]] },
      b: {
        clock: 2,
        sees: 'a',
        does: [
          [remove('blue', 'a'), remove('red', 'a', 'visits'), remove(-0, 'a')],
          [remove('red', 'a', 'name', OTHER_NODE)],
        ],
      },
      c: { clock: 3, sees: 'ab', does: [[remove('red', 'b')]] },
    });
    expect(shown).toEqual(['0 a', 'red a']);
  });
});

describe('[M19] an add is hidden like a cell', () => {
  test('by a later delete of its element, which a create does not undo', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('old')]] },
      b: { clock: 3, does: [[DELETE]] },
      c: { clock: 4, does: [[CREATE]] },
      d: { clock: 2, does: [[add('late')]] },
      e: { clock: 5, does: [[add('new')]] },
    });
    expect(shown).toEqual(['new e']);
  });

  test('by a later cell above or below, one by one', async () => {
    const steps = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[add('old', 'at')]] },
      c: { clock: 3, does: [[set(1n, 'at.x')]] },
      d: { clock: 4, does: [[add('new', 'at')]] },
    };
    expect(await outcome(steps, 'at')).toEqual(['new d']);
    expect(await outcome(steps, 'at.x')).toEqual(['null']);
  });

  test('and hides what is older above and below, also once it is removed', async () => {
    const shown = await outcome(
      {
        a: { clock: 1, does: [[CREATE]] },
        b: { clock: 2, does: [[set(1n, 'at')]] },
        c: { clock: 3, does: [[add('red', 'at.x')]] },
        d: { clock: 4, sees: 'c', does: [[remove('red', 'c', 'at.x')]] },
      },
      'at',
    );
    expect(shown).toEqual(['null']);
  });

  test('no more by a counter that a set has ended', async () => {
    const counter = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 3, does: [[add('red', 'at.x')]] },
      c: { clock: 4, does: [[increment(1n, undefined, 'at')]] },
    };
    expect(await outcome(counter, 'at.x')).toEqual(['null']);
    const ended = { ...counter, d: { clock: 2, does: [[set('s', 'at')]] } };
    expect(await outcome(ended, 'at.x')).toEqual(['red b']);
  });
});

describe('[M20] the set that wins shows while no add does', () => {
  test('with what was added to it meanwhile', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, set(5n)]] },
      b: { clock: 2, sees: 'a', does: [[add('red')]] },
      c: { clock: 3, sees: 'a', does: [[increment(2n, 'a')]] },
      d: { clock: 4, sees: 'ab', does: [[remove('red', 'b')]] },
    });
    expect(shown).toEqual(['{"int64":"7"}']);
  });

  test('an older set that comes late does not end adds, and shows below them', async () => {
    const steps = {
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 3, does: [[add('red')]] },
      c: { clock: 2, does: [[set('s'.repeat(40))]] },
    };
    expect(await outcome(steps)).toEqual(['red b']);
    const removed = { ...steps, d: { clock: 4, sees: 'b', does: [[remove('red', 'b')]] } };
    expect(await outcome(removed)).toEqual([`{"string":"${'s'.repeat(40)}"}`]);
  });

  test('unless it is hidden, as that is older than what was removed', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, set('s')]] },
      b: { clock: 2, does: [[DELETE]] },
      c: { clock: 3, does: [[CREATE, add('red')]] },
      d: { clock: 4, sees: 'c', does: [[remove('red', 'c')]] },
    });
    expect(shown).toEqual(['null']);
  });
});

describe('[M12] [M13] [M14] a seal', () => {
  test('leaves what shows with its writers, and later removals name it', async () => {
    const sealed = {
      a: { clock: 1, does: [[CREATE, set('below')]] },
      b: { clock: 2, does: [[add('red'), add('blue')]] },
      c: { clock: 3, does: [[add('red')]] },
    };
    const all = 'abc';
    const one = { clock: 5, sees: all, seals: 1, does: [[remove('red', 'b')]] };
    expect(await outcome({ ...sealed, d: one })).toEqual(['blue b', 'red c']);
    const every = { ...one, does: [[remove('red', 'bc'), remove('blue', 'b')]] };
    expect(await outcome({ ...sealed, d: every })).toEqual(['null']);
  });

  test('forgets what does not show: a removal that names it does nothing', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE]] },
      b: { clock: 2, does: [[add('red')]] },
      c: { clock: 3, does: [[DELETE]] },
      d: { clock: 4, does: [[CREATE]] },
      e: { clock: 6, sees: 'abcd', seals: 1, does: [[remove('red', 'b'), add('red')]] },
    });
    expect(shown).toEqual(['red e']);
  });

  test('forgets the hidden adds of a path that shows others', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('old')]] },
      b: { clock: 2, does: [[DELETE]] },
      c: { clock: 3, does: [[CREATE, add('new')]] },
      d: { clock: 5, sees: 'abc', seals: 1, does: [[add('newer')]] },
    });
    expect(shown).toEqual(['new c', 'newer d']);
  });

  test('forgets a path whose adds are all removed: a later counter counts', async () => {
    const shown = await outcome({
      a: { clock: 1, does: [[CREATE, add('red')]] },
      b: { clock: 2, sees: 'a', does: [[remove('red', 'a')]] },
      c: { clock: 4, sees: 'ab', seals: 1, does: [[increment(3n)]] },
    });
    expect(shown).toEqual(['{"int64":"3"}']);
  });
});
