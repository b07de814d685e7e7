/**
 * What the engine's questions about permissions (access/) and their host agree on: numbers only, as
 * in abi.ts.
 */

// Verdicts ascend: of several in a union the greatest counts.
export const VERDICT_DENIED: u32 = 0;
/** The answer depends on itself through what is subtracted: as good as denied. */
export const VERDICT_UNDEFINED: u32 = 1;
/** A condition failed, or a limit was met. */
export const VERDICT_FAILED: u32 = 2;
/** A condition is to be evaluated first. */
export const VERDICT_ASK: u32 = 3;
export const VERDICT_GRANTED: u32 = 4;
/** Which limit a question met. */
export const LIMIT_DEPTH: u32 = 1;
export const LIMIT_VISITS: u32 = 2;
/** Grants that lead from one to the next, as in OpenFGA. */
export const ACCESS_DEPTH_MAX: u32 = 25;
export const ACCESS_VISITS_MAX: u32 = 32768;
/** Of a type: the object that stands for all of them. */
export const OBJECT_ALL: u32 = 0x80000000;
/** From here on objects are numbered that no grant of the space names. */
export const STRANGER: u32 = 0x80000000;
/** While a grant holds, in the place of its end. */
export const GRANT_HOLDS: u32 = 0xffffffff;
/** Nodes of a rule, and its leaves. */
export const NODE_DIRECT: u32 = 1;
export const NODE_FROM: u32 = 2;
export const NODE_COMPUTED: u32 = 3;
export const NODE_ANY: u32 = 4;
export const NODE_ALL: u32 = 5;
export const NODE_EXCEPT: u32 = 6;
export const LEAF_DIRECT: u32 = 1;
/** The head of a rule. */
export const RULE_BYTES: u32 = 20;
/**
 * Flags of a rule: the closure of a subject decides it; grants of its relation lead to sets of this
 * relation there, and of others that come to it.
 */
export const RULE_CLOSED: u32 = 1;
export const RULE_LEADS: u32 = 2;
export const RULE_LEADS_ON: u32 = 4;
/** It is none of unions alone, and may lead from an object to others of the same type. */
export const RULE_RETURNS: u32 = 8;
/** In the place of a leaf's other relation, where all sets that it may be granted to are closed. */
export const LEAF_CLOSED: u32 = 1;
/** Verbs, in the order in which an entry of the rules of elements has their relations. */
export const VERB_READ: u32 = 0;
export const VERB_WRITE: u32 = 1;
export const VERB_CREATE: u32 = 2;
export const VERB_DELETE: u32 = 3;
export const ELEMENT_RULE_BYTES: u32 = 32;
/** What the rule of an element, or of a field, lets the caller see of the rows of a type. */
export const SEEN_NONE: u32 = 1;
export const SEEN_ALL: u32 = 2;
export const SEEN_ROWS: u32 = 3;
/** Pages of 2,048 rows, 512 B each, that are kept of what rules came to. */
export const SIGHT_PAGES_MAX: u32 = 32768;
/** Sets of grants that one call may look at for a caller. */
export const SIGHT_VISITS_MAX: u32 = 10000000;
/** The state of a sight after a call: conditions are to be evaluated; more than is looked at. */
export const SIGHT_ASKS: u32 = 1;
export const SIGHT_OVER: u32 = 2;
/** Places of hidden values that an answer tells; the others are counted. */
export const HIDDEN_PLACES_MAX: u32 = 256;
/** Of a part of the way to one: in the place of the bytes of a name, for a place in a list. */
export const PART_PLACE: u32 = 0xffffffff;
export const HIDDEN_HEAD_BYTES: u32 = 16;
/** Where in the header page that state stands, and the version of the permissions. */
export const SIGHT_STATE_OFFSET: u32 = 84;
export const PERMISSION_VERSION_OFFSET: u32 = 200;
// Words of what the access region holds after a question.
export const INQUIRY_LIMIT: u32 = 16;
export const INQUIRY_ASKED_COUNT: u32 = 20;
export const INQUIRY_UNDECIDED: u32 = 24;
export const INQUIRY_ASKED: u32 = 64;
/** Of an object's row: where the blob of its id stands. */
export const OBJECT_ID_OFFSET: u32 = 4;
// What access/kinds.ts answers, in words.
export const GRANT_KIND_WORDS: u32 = 7;
export const GRANT_KIND_OBJECT: u32 = 5;
export const GRANT_KIND_SUBJECT: u32 = 6;
// Of the terms of a grant.
export const TERMS_CONDITION_OFFSET: u32 = 4;
export const TERMS_CONTEXT_BYTES_OFFSET: u32 = 8;
export const TERMS_HEAD_BYTES: u32 = 12;
/** A grant as held.ts lists it. */
export const HELD_BYTES: u32 = 24;
