/** `npm run vectors`: writes schema/vectors/commit. The same bytes in every run. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { COMMIT_VECTORS, commitVectors } from './commit-vectors.ts';

mkdirSync(COMMIT_VECTORS, { recursive: true });
for (const [name, text] of commitVectors()) writeFileSync(new URL(name, COMMIT_VECTORS), text);
