/** What live queries may take (schema/live.md). */

/** Live queries that differ, or are asked by who sees something else; and their answers. */
export const LIVE_QUERIES_MAX = 65_536;
export const LIVE_ANSWERS_BYTES_MAX = 268_435_456;
/** Nodes that a live query names; where it names more, all changes of their type touch it. */
export const LIVE_NODES_NAMED_MAX = 64;
/** Of the time, while the graph is written; and of one turn, with subscribers that are told. */
export const LIVE_TIME_SHARE = 0.27;
export const LIVE_TURN_MILLISECONDS = 5;
export const LIVE_TELLS_PER_TURN = 256;
/** What of its share may be used at once: turns of the event loop are long where many write. */
export const LIVE_BURST_MILLISECONDS = 10;
/** Without a write for so long nobody else needs the time. */
export const LIVE_QUIET_MILLISECONDS = 50;
/** How often live queries are answered anew where permissions have conditions. */
export const LIVE_CONDITIONS_MILLISECONDS = 1_000;
/** Items of a list before and after, together, and those of them that come, go or move. */
export const PATCH_LIST_ITEMS_MAX = 20_000;
export const PATCH_LIST_CHANGES_MAX = 1_000;
