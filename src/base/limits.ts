/**
 * Every named maximum of the host; those that the engine shares are in assembly/abi.ts, those of
 * connections that stay in connection-limits.ts, those of live queries in live-limits.ts, those of
 * sets and sequences in collection-limits.ts, those of keys and authors in identity-limits.ts.
 */

// The data definition. Names are counted in UTF-8 bytes.
/** One SDL text. */
export const DEFINITION_BYTES_MAX = 1_048_576;
/** Brackets open at once in the text; keeps the parser's stack small. */
export const DEFINITION_SYNTAX_DEPTH_MAX = 32;
/** Object types and enums in one definition. */
export const DEFINITION_TYPES_MAX = 1_024;
/** Values of one enum, and bytes of the name of each. */
export const ENUM_VALUES_MAX = 1_024;
export const ENUM_VALUE_BYTES_MAX = 255;
/** Property paths of all types together, nested ones included. */
export const DEFINITION_PATHS_MAX = 65_536;
/** Fields of one operation whose times are told to a gateway. */
export const TRACE_FIELDS_MAX = 65_536;
/** Of the text that a router shows to be one. */
export const ROUTER_SECRET_BYTES_MIN = 16;
export const ROUTER_SECRET_BYTES_MAX = 1_024;
/** Of the SDL of a subgraph that is to be composed. */
export const SUBGRAPH_BYTES_MAX = 16_777_216;
/** Keys by which other subgraphs find the nodes of one type, and fields in one of them. */
export const ENTITY_KEYS_MAX = 16;
export const ENTITY_KEY_PATHS_MAX = 16;
/** Node types that one interface or union stands for. */
export const ABSTRACT_NODE_TYPES_MAX = 128;
/** Those of all relationships to unions together: each has input types for each of its own. */
export const UNION_ENDS_MAX = 4_096;
/** Fields and relationships declared in one type, and property paths that one type comes to. */
export const TYPE_PATHS_MAX = 1_024;
/** Segments of one property path. */
export const PATH_DEPTH_MAX = 8;
/** A node type, a plural or an edge type. */
export const TYPE_NAME_BYTES_MAX = 64;
/** The whole text of a property path: `location.latitude`. */
export const PATH_BYTES_MAX = 255;

// The GraphQL API.
/** A request body, and a message of a WebSocket. */
export const GRAPHQL_BODY_BYTES_MAX = 4_194_304;
/** Bytes of a body that are read on after its request was refused. */
export const DROPPED_BODY_BYTES_MAX = 8_388_608;
/** Between two pieces of it, of some 64 KiB; a body of so many bytes is no reason for pauses. */
export const DROPPED_BODY_PAUSE_MILLISECONDS = 10;
export const UNHURRIED_BODY_BYTES = 65_536;
/** Tokens of one document; a longer one sends its input as variables. */
export const GRAPHQL_TOKENS_MAX = 10_000;
/** Brackets open at once in a document; keeps the parser's stack small. */
export const GRAPHQL_SYNTAX_DEPTH_MAX = 64;
/** Fields within fields, fragments followed. */
export const GRAPHQL_DEPTH_MAX = 16;
/** The most that a caller may be given of them. */
export const GRAPHQL_DEPTH_CEILING = 64;
export const GRAPHQL_ALIASES_MAX = 100;
export const GRAPHQL_DIRECTIVES_MAX = 100;
/** Selections under a name that their selection set has already; each pair is compared. */
export const GRAPHQL_REPEATS_MAX = 100;
/** Lists and objects within one another in the variables. */
export const GRAPHQL_VARIABLES_DEPTH_MAX = 32;
/** Characters of the operations that are kept parsed and checked: those that came last. */
export const GRAPHQL_OPERATIONS_LENGTH_KEPT_MAX = 1_048_576;
/** A file of trusted documents. */
export const TRUSTED_DOCUMENTS_BYTES_MAX = 16_777_216;
/** Members of all objects in one plan: those of an interface are made for each of its types. */
export const GRAPHQL_PLAN_MEMBERS_MAX = 65_536;
/** Bytes of the plans that are kept. */
export const GRAPHQL_PLANS_BYTES_KEPT_MAX = 33_554_432;
/** Callers whose view of the graph is kept from one operation to the next. */
export const CALLER_VIEWS_KEPT_MAX = 1_024;
/** Characters of all texts whose documents are kept, and of one of them. */
export const DOCUMENT_CACHE_LENGTH_MAX = 1_000_000;
export const DOCUMENT_CACHED_LENGTH_MAX = 20_000;
/** Fields that one operation may come to, counted before it runs. */
export const GRAPHQL_COST_MAX = 500_000;
/** Nodes and edges that one operation may look at while it runs. */
export const GRAPHQL_ROWS_MAX = 5_000_000;
/** Items of all lists in one answer. */
export const GRAPHQL_ANSWER_ITEMS_MAX = 200_000;
/** The JSON of one answer; where resolvers make it, the text and bytes values in it. */
export const GRAPHQL_ANSWER_BYTES_MAX = 33_554_432;
/** Buffers of answers that are used again: the largest, and all that wait together. */
export const ANSWER_BUFFER_BYTES_MAX = 1_048_576;
export const ANSWER_BUFFERS_BYTES_KEPT = 16_777_216;
/** Running of one operation, without its rests and the way of its writes to the disk. */
export const GRAPHQL_OPERATION_MILLISECONDS_MAX = 10_000;
/** For which an operation may hold the thread where it cannot rest. */
export const GRAPHQL_HELD_MILLISECONDS_MAX = 2_000;
/** For which a function of a computed field may keep its caller waiting. */
export const RESOLVER_MILLISECONDS_MAX = 10_000;
/** After which an operation that resolvers run lets others run. */
export const GRAPHQL_TURN_MILLISECONDS = 10;
/** Items of one list or page; also what is served where the caller gives no limit. */
export const PAGE_ITEMS_MAX = 10_000;
/** Lines of a plan that are told of one operation. */
export const EXPLAIN_LINES_MAX = 256;
/** Characters of one of them. */
export const EXPLAIN_LINE_LENGTH_MAX = 1_024;
/** What the cost counts for a list of related nodes where the caller gives no limit. */
export const RELATED_ITEMS_ASSUMED = 10;
/** Nodes that one create mutation may name at its top level. */
export const MUTATION_INPUTS_MAX = 10_000;
/** Edges that `shortestPath` and `neighbourhood` may be asked to follow one after the other. */
export const PATH_EDGES_MAX = 64;
/** Nodes of a neighbourhood where the caller gives no limit. */
export const NEIGHBOURHOOD_NODES = 1_000;
/** Changes that wait for one subscriber; with more, those of one element become one. */
export const SUBSCRIBER_QUEUE_CHANGES_MAX = 4_096;
/** About the bytes of what they tell of elements before and after. */
export const SUBSCRIBER_QUEUE_BYTES_MAX = 16_777_216;
/** Conditions of the filter of one subscription: each change is held against all of them. */
export const SUBSCRIPTION_CONDITIONS_MAX = 128;
/** Nodes that a subscriber sees, which are compared when permissions change. */
export const SUBSCRIBER_SIGHT_NODES_MAX = 4_096;
/** Changes of what a subscriber sees that one record is told as; of more, only that there are. */
export const SUBSCRIBER_SIGHT_CHANGES_MAX = 1_024;
/** Turns of the event loop that one who is told what it missed has to read, while others wait. */
export const SINCE_PATIENCE_TURNS = 16;
/** How often it is told on because more happened meanwhile than is held back. */
export const SINCE_STRETCHES_MAX = 16;
/** Characters of a cursor. */
export const CURSOR_LENGTH_MAX = 8_192;

// The HTTP server.
/** What running requests get to finish in when the server closes. */
export const SERVER_DRAIN_MILLISECONDS_MAX = 5_000;
/** One request, from its first byte to its last. */
export const SERVER_REQUEST_MILLISECONDS_MAX = 30_000;

/** The head of a request: its line and its header fields. */
export const SERVER_HEAD_BYTES_MAX = 16_384;
/** Connections of the GraphQL port; more are closed as they come. */
export const SERVER_CONNECTIONS_MAX = 16_384;
/** The head of a request, from its first byte or from the connection on. */
export const SERVER_HEAD_MILLISECONDS_MAX = 10_000;
/** How often connections that are too slow are looked for. */
export const SERVER_CHECK_MILLISECONDS = 2_000;
/** A connection on which nothing moves; streams are kept alive by what they say. */
export const SERVER_IDLE_MILLISECONDS_MAX = 120_000;
/** Requests of one connection that are not answered yet; with one more it is cut off. */
export const SERVER_PIPELINED_MAX = 16;
/** Large answers, of all clients together, that they have not taken yet. */
export const SERVER_UNREAD_BYTES_MAX = 268_435_456;
/** Origins of pages that a server may let in. */
export const ALLOWED_ORIGINS_MAX = 64;

// How fast callers may ask, where a file of authentication says nothing else.
/** Callers whose rates are remembered; beyond it the one that asked longest ago is forgotten. */
export const RATE_LIMITED_CALLERS_MAX = 65_536;
/** What a caller may owe for what it asked before. */
export const RATE_DEBT_MILLISECONDS_MAX = 60_000;
/** How long the answer to one that asks too fast waits, and how many such answers. */
export const RATE_REFUSAL_MILLISECONDS = 250;
export const RATE_REFUSALS_WAITING_MAX = 1_024;
/** Nodes and edges looked at that are charged as one field of an answer. */
export const ROWS_PER_COST = 2;
/** Bytes of a body that are charged as one, and what a token of a text that is new is charged. */
export const BODY_BYTES_PER_COST = 100;
export const COST_PER_TOKEN = 2;
export const CALLER_REQUESTS_PER_SECOND = 5_000;
export const CALLER_REQUESTS_AT_ONCE = 10_000;
export const CALLER_COST_PER_SECOND = 5_000_000;
export const CALLER_COST_AT_ONCE = 20_000_000;
export const CALLER_WEBSOCKETS = 1_000;
/** The same of those without a credential, by their address. */
export const ANONYMOUS_REQUESTS_PER_SECOND = 50;
export const ANONYMOUS_REQUESTS_AT_ONCE = 200;
export const ANONYMOUS_ROWS = 500_000;
export const ANONYMOUS_BODY_BYTES = 262_144;
export const ANONYMOUS_COST_PER_SECOND = 20_000;
export const ANONYMOUS_COST_AT_ONCE = 100_000;
export const ANONYMOUS_WEBSOCKETS = 100;
/** Roles, organisations and principals, of each, that a file names limits for. */
export const LIMIT_SETS_MAX = 1_024;

// Principals and their authentication (schema/authentication.md).
/** With `user:` and `/` around them, an actor of at most 254 of the 255 bytes that a symbol has. */
export const PRINCIPAL_ORGANISATION_BYTES_MAX = 64;
export const PRINCIPAL_NAME_BYTES_MAX = 184;
/** A token or a key of a caller, in characters. */
export const CREDENTIAL_LENGTH_MAX = 8_192;
export const TOKEN_ISSUERS_MAX = 64;
export const TOKEN_AUDIENCES_MAX = 16;
/** How far the clocks of an issuer and of this server may be apart, where a file does not say. */
export const TOKEN_CLOCK_TOLERANCE_SECONDS = 30;
export const TOKEN_CLOCK_TOLERANCE_SECONDS_MAX = 300;
/** A secret that tokens are signed and verified with: as many as SHA-256 has. */
export const TOKEN_SECRET_BYTES_LEAST = 32;
/** A file of keys, and an issuer's answer with its keys; certificates along with them fit. */
export const TOKEN_KEYS_BYTES_MAX = 131_072;
export const TOKEN_KEYS_MAX = 256;
/** One fetch of an issuer's keys. */
export const TOKEN_KEYS_FETCH_MILLISECONDS_MAX = 5_000;
/** From one fetch to the next, whatever came of it. */
export const TOKEN_KEYS_COOLDOWN_MILLISECONDS = 30_000;
/** After so long keys are fetched anew; while that fails they count for as long as the second. */
export const TOKEN_KEYS_FRESH_MILLISECONDS = 600_000;
export const TOKEN_KEYS_AGE_MILLISECONDS_MAX = 3_600_000;
export const API_KEYS_MAX = 16_384;
/** One line of their file. */
export const API_KEY_LINE_BYTES_MAX = 1_024;
export const API_KEY_LABEL_BYTES_MAX = 128;
export const API_KEY_DAYS = 365;
export const API_KEY_DAYS_MAX = 3_650;
/** Public keys that sign requests. */
export const SIGNING_KEYS_MAX = 1_024;
export const SIGNING_KEY_ID_LENGTH_MAX = 128;
/** How old a signed request may be, and how far ahead of this machine's clock. */
export const SIGNED_REQUEST_AGE_SECONDS_MAX = 60;
export const SIGNED_REQUEST_AHEAD_SECONDS_MAX = 5;
/** Parts of a request that its signature covers. */
export const SIGNED_COMPONENTS_MAX = 32;
export const NONCE_LENGTH_LEAST = 16;
export const NONCE_LENGTH_MAX = 128;
/** Nonces that are remembered while they could come again: of one key, and of all. */
export const NONCES_PER_KEY_MAX = 16_384;
export const NONCES_MAX = 262_144;
/** Refusals that an operator is told of in a minute; the rest are counted. */
export const REFUSALS_TOLD_PER_MINUTE = 60;

// Import.
/** One row of a CSV file; a quote that is never closed would take the rest of the file. */
export const CSV_RECORD_BYTES_MAX = 1_048_576;
/** Files of one import. */
export const IMPORT_FILES_MAX = 4_096;
/** Nodes of one import, and edges of one: what a Map can hold. */
export const IMPORT_ROWS_MAX = 16_000_000;
/** Rows that an import writes in one transaction. */
export const IMPORT_ROWS_PER_TRANSACTION = 1_000;
/** Transactions that an import writes ahead of those that are durable. */
export const IMPORT_TRANSACTIONS_IN_FLIGHT_MAX = 4;
/** Problems of an import that are kept with their place; the rest are counted. */
export const IMPORT_PROBLEMS_MAX = 1_000;

// Signatures.
/** Public keys whose parsed form is kept. */
export const SIGNATURE_KEYS_KEPT_MAX = 1_024;

// The log and the pipeline.
/** How far ahead of this machine's clock a commit may be; a later one waits outside the set. */
export const CLOCK_AHEAD_MILLISECONDS_MAX = 60_000;
/** Parents of one commit. */
export const COMMIT_PARENTS_MAX = 64;
/** The signed header of a commit. */
export const COMMIT_HEADER_BYTES_MAX = 4_096;
/** Deltas of one transaction, selects included; of all its segments together. */
export const TRANSACTION_DELTAS_MAX = 65_535;
/** Segments of one transaction. */
export const TRANSACTION_SEGMENTS_MAX = 4_096;
/** A record of the authority chain. */
export const AUTHORITY_RECORD_BYTES_MAX = 2_097_152;
/** Transactions that one commit of this server takes before it is signed. */
export const COMMIT_TRANSACTIONS_MAX = 4_096;
/** Payload bytes after which a commit of this server takes no further transaction. */
export const COMMIT_PAYLOAD_BYTES_FULL = 1_048_576;
/** Transactions that wait to be written; more are refused until some are durable. */
export const WRITE_QUEUE_MAX = 100_000;
/** After so long no further transaction is built before others of the process run. */
export const WRITE_TURN_MILLISECONDS = 20;
/** Commits and transactions from outside that wait; their senders wait beyond it. */
export const INTAKE_COMMITS_MAX = 65_536;
/** Bytes of the blocks that wait for large commits, which were announced, and transactions. */
export const INTAKE_AWAITED_BYTES_MAX = 32_505_856;
/** A commit that is not large: as many as there are connections fit beside the large ones. */
export const INTAKE_SMALL_BYTES_MAX = 16_384;
/** Commits from outside that go through the door, and to the disk, together. */
export const INTAKE_GROUP_COMMITS = 512;
/** Bytes after which such a group takes no further commit; with one more it fits the engine. */
export const INTAKE_GROUP_BYTES = 524_288;
/** Threads that verify commits. */
export const VERIFIER_THREADS_MAX = 4;
/** Batches that are being verified at the same time: as each thread ends one, the next is there. */
export const VERIFY_BATCHES_MAX = 8;
/** Bytes after which a batch for a verifying thread takes no further commit. */
export const VERIFY_BATCH_BYTES = 262_144;
/** Bytes of a commit that is verified where it has come: alone, it costs as much to hand over. */
export const VERIFY_HERE_BYTES_MAX = 4_096;
/** Log bytes after which a snapshot is taken while writing goes on. */
export const SNAPSHOT_LOG_BYTES = 67_108_864;
/** The share of the image's bytes that the log must have grown by, too. */
export const SNAPSHOT_LOG_SHARE = 0.25;
/** Pieces of the image that a running snapshot keeps aside, beside the ring in shared memory. */
export const SNAPSHOT_ASIDE_BYTES_MAX = 536_870_912;
/** What is read of a snapshot at a time; systems do not read 2 GiB at once. */
export const SNAPSHOT_READ_BYTES = 67_108_864;
/** What is checked of it before others of the process run. */
export const SNAPSHOT_TURN_BYTES = 4_194_304;
/** The linear memory of a space. */
export const SPACE_MEMORY_BYTES_MAX = 4_294_967_296;
/** The least that it may be limited to: an empty space, and room to write in. */
export const SPACE_MEMORY_BYTES_LEAST = 134_217_728;
/** The share of it that writes leave to readers: a space that is full can be read. */
export const READERS_MEMORY_SHARE = 1 / 16;
/** Commits that start-up applies at a time. */
export const REPLAY_GROUP_ENTRIES = 512;
/** Bytes of such a group, unless it is one commit. */
export const REPLAY_GROUP_BYTES = 2_097_152;
/** Groups that are verified ahead of the one that is applied. */
export const REPLAY_GROUPS_AHEAD = 6;
/** A log up to this long is verified by the thread that starts. */
export const REPLAY_INLINE_BYTES_MAX = 1_048_576;
/** Bytes of one segment file of the log; an append that is larger gets one of its own. */
export const LOG_SEGMENT_BYTES = 67_108_864;
/** One entry: a commit or an authority record, whole. */
export const LOG_ENTRY_BYTES_MAX = 16_777_216;
/** Entries of one append; their places in it are 16 bits. */
export const LOG_APPEND_ENTRIES_MAX = 65_536;
/** Bytes of one append. */
export const LOG_APPEND_BYTES_MAX = 1_073_741_824;
/** Entries of a log; positions are 32 bits. */
export const LOG_POSITION_MAX = 4_294_967_295;
/** What is read at once when the log is walked. */
export const LOG_READ_BYTES = 1_048_576;
/** Zeros that are written ahead of the log's end: as many as the segment holds, but at least... */
export const LOG_AHEAD_BYTES_LEAST = 262_144;
/** ... and at most. */
export const LOG_AHEAD_BYTES_MAX = 8_388_608;
/** What is known of a log's first entries; systems do not read 2 GiB of a file at once. */
export const OUTLINE_BYTES_MAX = 2_000_000_000;
/** Full segments whose index and file stay open. */
export const LOG_SEGMENTS_LOADED_MAX = 4;

// The graph as it was.
/** The linear memory of one graph as it was; a larger one is not answered. */
export const HISTORY_MEMORY_BYTES_MAX = 1_073_741_824;
/** Graphs as they were that are kept at a time; each has a memory of its own. */
export const HISTORY_GRAPHS_MAX = 1;
/** After so long without a question they are given up. */
export const HISTORY_IDLE_MILLISECONDS = 60_000;
/** Questions that wait for a graph as it was; more are refused. */
export const HISTORY_QUESTIONS_MAX = 1_024;
/** Entries that are replayed for them before others of the process run, unless it is one. */
export const HISTORY_TURN_ENTRIES = 32;
export const HISTORY_TURN_BYTES = 32_768;
/** Subscribers that are told at a time what they missed; more are told that it is gone. */
export const SINCE_LISTENERS_MAX = 65_536;
/** Transactions that they are told, all together, before others of the process run. */
export const SINCE_TURN_TRANSACTIONS = 1_024;
/** Commits whose clocks are looked at before others of the process run. */
export const HISTORY_TURN_CLOCKS = 65_536;

// Permission models, tuples and the questions asked of them.
/** The text of one model. OpenFGA's reader takes up to two seconds for so many mistakes. */
export const MODEL_BYTES_MAX = 65_536;
/** Words in parentheses in a model, each counted once for each parenthesis open around it. */
export const MODEL_NESTED_WORDS_MAX = 16_384;
export const MODEL_TYPES_MAX = 1_000;
export const MODEL_CONDITIONS_MAX = 1_000;
/** Mistakes of a model that its error lists; the rest are counted. */
export const MODEL_MISTAKES_MAX = 20;
export const TYPE_RELATIONS_MAX = 1_000;
/** Kinds of subject that a relation may be given to. */
export const RELATION_SUBJECTS_MAX = 256;
/** Operands of all operators in the rewrite of one relation. */
export const REWRITE_PARTS_MAX = 1_000;
/** Parentheses open at once in a rewrite. */
export const REWRITE_DEPTH_MAX = 16;
/** Names in a model and in tuples, in UTF-8 bytes. An object is `type:id`. */
export const OBJECT_TYPE_BYTES_MAX = 254;
export const RELATION_BYTES_MAX = 50;
export const CONDITION_NAME_BYTES_MAX = 50;
export const OBJECT_BYTES_MAX = 256;
export const SUBJECT_BYTES_MAX = 512;
/** Characters of a condition's expression. */
export const CONDITION_LENGTH_MAX = 1_024;
export const CONDITION_PARAMETERS_MAX = 64;
/** Brackets, calls and conditionals within one another in an expression. */
export const CONDITION_DEPTH_MAX = 32;
/** Steps that an expression may come to over the lists of its context, counted before it runs. */
export const CONDITION_STEPS_MAX = 1_000_000;
/** Keys and texts of one context together, in UTF-8 bytes. */
export const CONTEXT_BYTES_MAX = 32_768;
/** Values in a context, those in its lists and maps included. */
export const CONTEXT_VALUES_MAX = 1_024;
/** Lists and maps within one another in a context. */
export const CONTEXT_DEPTH_MAX = 16;
/** Sets of grants that one check looks at, and one list. A check decides what a commit may do. */
export const ACCESS_CHECK_VISITS_MAX = 100_000;
export const ACCESS_LIST_VISITS_MAX = 10_000_000;
/** Conditions of grants that reading for one caller may depend on. */
export const SIGHT_CONDITIONS_MAX = 65_536;
/** Tuples that a question brings along. */
export const CONTEXTUAL_TUPLES_MAX = 100;
/** Findings of one explanation, and grants of one relation among them. */
export const EXPLANATION_FINDINGS_MAX = 1_000;
export const EXPLANATION_GRANTS_MAX = 50;
/** Sets and grants that are looked at for an explanation: as many sets as a check may look at. */
export const EXPLANATION_LOOKS_MAX = 100_000;
/** Parts of rules that are open at once, each asked within the one before. */
export const EXPLANATION_OPEN_MAX = 2_000;
/** Characters of a parameter's value in an explanation. */
export const EXPLANATION_VALUE_LENGTH_MAX = 200;
/** Grants that a preview of a model copies, questions that it asks, changes of a kind it lists. */
export const PREVIEW_GRANTS_MAX = 1_000_000;
export const PREVIEW_QUESTIONS_MAX = 500_000;
export const PREVIEW_CHANGES_MAX = 1_000;
/** A file of permission tests, and each file that it names. */
export const ACCESS_TESTS_BYTES_MAX = 1_048_576;
/** Lists and maps within one another in such a file. */
export const ACCESS_TESTS_DEPTH_MAX = 32;

// Transparency: notes, checkpoints and proofs.
/** A signed note with the signatures of its witnesses. */
export const NOTE_BYTES_MAX = 65_536;
/** Signature lines of one note; the specification asks for at least 16. */
export const NOTE_SIGNATURES_MAX = 64;
/** Entries of the log whose Merkle root is kept; a power of two, so that a block is a subtree. */
export const TREE_BLOCK_LEAVES = 4_096;
/** Entries that are hashed into the tree of a log before others of the process run. */
export const TREE_TURN_LEAVES = 512;
/** A proof of one value. A transaction of 4 MiB and a long authority chain still fit. */
export const PROOF_BYTES_MAX = 16_777_216;
/** Records of the authority chain in one proof. */
export const PROOF_RECORDS_MAX = 4_096;
/** Hashes on the way from a transaction to the root of its commit. */
export const PROOF_PATH_HASHES_MAX = 16;
/** Problems of a log that an audit names; the rest are counted. */
export const AUDIT_PROBLEMS_MAX = 20;
/** Entries that one page of an export's manifest lists. */
export const EXPORT_PAGE_ENTRIES = 1_024;
/** Of a file of exported entries, blocks that are read before the entry that they are parts of. */
export const CAR_PENDING_BYTES_MAX = 16_777_216;
