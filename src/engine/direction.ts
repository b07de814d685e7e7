/** Which way edges are followed. */

export const Direction = { OUT: 'OUT', IN: 'IN', BOTH: 'BOTH' } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];
