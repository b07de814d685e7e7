/** The key of what the members of a space decide one after the other (schema/quorum.md, QC30). */

import { utf8 } from '../base/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

export const SPACE_KEY = sha256(utf8('space'));
