/** Every named maximum of connections that stay: of any protocol, of WebSockets, of sync. */

export const SUBSCRIPTIONS_PER_CONNECTION_MAX = 100;
/** After which clients of a server that closes may come back, and how many of them a second. */
export const RECONNECT_MILLISECONDS = 1_000;
export const RECONNECTIONS_PER_SECOND = 1_000;
/** Messages of a WebSocket that are refused in a row; with one more it is closed. */
export const WEBSOCKET_REFUSALS_MAX = 32;

// WebSockets of graphql-transport-ws (schema/graphql.md).
export const SERVER_WEBSOCKETS_MAX = 10_000;
/** WebSockets that have not said who they are; they get 3 seconds for it. */
export const WEBSOCKETS_UNACKNOWLEDGED_MAX = 1_024;
/** In which a WebSocket says who it is; how often it is asked whether it is there. */
export const WEBSOCKET_INIT_MILLISECONDS_MAX = 3_000;
export const WEBSOCKET_BEAT_SECONDS = 12;
/** What one WebSocket may have unread: more operations wait for the first, the second ends it. */
export const WEBSOCKET_UNREAD_BYTES = 1_048_576;
export const WEBSOCKET_UNREAD_BYTES_MAX = 67_108_864;

// Sync connections (schema/sync.md).
/** Open sync connections. */
export const SYNC_CONNECTIONS_MAX = 10_240;
/** Those of them that hand in commits or transactions. */
export const SYNC_WRITERS_MAX = 1_024;
/** Unanswered commits of one connection; one more is read in any case. */
export const SYNC_IN_FLIGHT_BYTES_MAX = 8_388_608;
/** One transaction that the server is to sign; it fits a commit with others. */
export const SYNC_TRANSACTION_BYTES_MAX = 1_048_576;
/** What waits for a client that does not read: beyond it nothing more is read from it. */
export const SYNC_OUTPUT_BYTES_MAX = 1_048_576;
/** Beyond so much of it no further result of its operations is made: answers still have room. */
export const SYNC_RESULTS_BYTES_MAX = 262_144;
/** One message of the server; the next follows when it has been taken. */
export const SYNC_MESSAGE_BYTES_MAX = 65_536;
/** In which a client takes nothing of what waits for it; then it is cut off. */
export const SYNC_UNREAD_MILLISECONDS_MAX = 30_000;
/** Bodies of operations that have begun to come and are not read, of all connections... */
export const SYNC_OPERATIONS_BYTES_MAX = 33_554_432;
/** ... but for those of so few bytes. */
export const SYNC_OPERATION_SMALL_BYTES_MAX = 4_096;
/** From the begin of a frame to its end, and before the first. */
export const SYNC_FRAME_MILLISECONDS_MAX = 30_000;

/** Bodies of frames that may come packed, and how many bytes one packed byte may stand for. */
export const PACKED_BYTES_LEAST = 4_096;
export const PACKED_BYTES_MAX = 1_048_576;
export const PACKED_RATIO_MAX = 16;
/** Commits that were packed for one replica and are kept for others. */
export const PACKED_KEPT_BYTES_MAX = 4_194_304;

// Connections between replicas (schema/sync.md).
/** Commits that may be on their way to this replica from one other without an answer. */
export const PEER_WINDOW_BYTES = 1_048_576;
/** Records of the authority chain on their way to another replica without an answer. */
export const PEER_RECORDS_IN_FLIGHT_BYTES_MAX = 2_097_152;
/** Records that have come from another replica and wait for their turn: one more than these. */
export const PEER_RECORDS_WAITING_BYTES_MAX = 4_194_304;
/** A frame that tells how far authors have come: 65,536 of them. */
export const PEER_STATE_BYTES_MAX = 8_388_608;
/** Authors that a replica tells with its state; of more than these, ranges are compared ... */
export const PEER_STATE_AUTHORS_MAX = 256;
/** ... each parted into so many where it differs, until no more than so many are left to tell. */
export const PEER_RANGE_PARTS = 16;
export const PEER_RANGE_AUTHORS_TOLD = 16;
/** Ranges of one frame, and frames of one side. */
export const PEER_RANGES_MAX = 65_536;
export const PEER_RANGE_ROUNDS_MAX = 16;
/** In which a commit of a third replica may come to the other side from elsewhere. */
export const PEER_RELAY_MILLISECONDS = 50;
/** Commits of third replicas that wait so. */
export const PEER_RELAYS_MAX = 4_096;
/** After which that is tried again which the other side could not take yet. */
export const PEER_RETRY_MILLISECONDS_LEAST = 50;
export const PEER_RETRY_MILLISECONDS_MAX = 5_000;
/** Entries of the log that are read for another replica until others have their turn. */
export const PEER_LOOKS_PER_TURN = 1_024;
/** Entries in a row that bring nothing; with one more the connection ends. */
export const PEER_FRUITLESS_MAX = 4_096;
/** Replicas that are connected, and connections that have not proven a key. */
export const PEERS_MAX = 256;
export const PEERS_UNPROVEN_MAX = 64;
/** In which a connection is opened, how many are at a time, and in which a key is proven. */
export const PEER_DIAL_MILLISECONDS_MAX = 3_000;
export const PEER_DIALS_MAX = 10;
export const PEER_PROOF_MILLISECONDS_MAX = 5_000;
/** After which the next one is opened, until one is proven. */
export const PEER_REDIAL_MILLISECONDS = 300;
/** Connections that a replica may begin one after the other, and after which it may one more. */
export const PEER_BEGINS_MAX = 8;
export const PEER_BEGIN_MILLISECONDS = 250;
/** How long one that has broken the rules is kept out; longer each time. */
export const PEER_KEPT_OUT_MILLISECONDS_LEAST = 1_000;
export const PEER_KEPT_OUT_MILLISECONDS_MAX = 60_000;
/** How often a replica is asked whether it is there, and how long it may be silent. */
export const PEER_BEAT_MILLISECONDS = 1_000;
export const PEER_SILENCE_MILLISECONDS_MAX = 4_000;
/** A message is sent once it has so many bytes, if not before; none has more than the second. */
export const PEER_MESSAGE_BYTES = 65_536;
export const PEER_MESSAGE_BYTES_MAX = 1_048_576;
/** What waits for a replica that does not read: beyond it no further commit is sent ... */
export const PEER_UNSENT_BYTES = 131_072;
/** ... and beyond this nothing more is read from it. */
export const PEER_OUTPUT_BYTES_MAX = 8_388_608;
/** Taken from one replica in a turn of the event loop; the rest waits for the next turn. */
export const PEER_TURN_BYTES = 262_144;
export const PEER_TURN_FRAMES = 32;
/** With more said to it than this in a turn, commits wait for the next one. */
export const PEER_SAID_TURN_BYTES = 65_536;

// What a new replica begins with (schema/base.md).
/** A signed checkpoint with the lengths of its parts. */
export const BASE_OFFER_BYTES_MAX = 4_096;
/** Of the outline and the state, in one frame. */
export const BASE_PART_BYTES_MAX = 65_536;
/** Of a state that a new replica takes in: what comes of it is a memory of 4 GiB at most. */
export const BASE_STATE_BYTES_MAX = 17_179_869_184;
/** Parts and lists of commits that one replica may have asked for without an answer. */
export const BASE_ASKS_MAX = 16;
/** Of the state, one chunk: one that is larger than usual is a single element. */
export const BASE_STATE_CHUNK_BYTES_MAX = 1_073_741_824;
/** Commits that are sealed and asked for at once, and the bytes of those that answer one ask. */
export const PAST_ASKED_MAX = 64;
export const PAST_BYTES_MAX = 1_048_576;
/** In which the next of them comes; then another replica is asked. */
export const PAST_ANSWER_MILLISECONDS_MAX = 30_000;
/** Connections in a row that bring nothing of a base that has begun to come. */
export const JOIN_ENDS_MAX = 3;
