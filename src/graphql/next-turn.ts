/**
 * The turns of long operations in this thread: one for each round of the event loop, however many
 * wait, so that requests that have come meanwhile wait for one turn and not for all of them.
 */

const waiting: (() => void)[] = [];

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(letOneGo);
  });
}

function letOneGo(): void {
  // It stays at the head until it has gone, so that nobody else starts another round.
  waiting[0]?.();
  waiting.shift();
  if (waiting.length > 0) setImmediate(letOneGo);
}
