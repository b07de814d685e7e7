/** A turn of the event loop as an argument: what waits for its own runs before this resolves. */
export type Turn = () => Promise<void>;

export const systemTurn: Turn = () => new Promise((next) => setImmediate(next));
