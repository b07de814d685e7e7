/** The generator of simulations, under the name that tests have for it. */

import { Seeded as Generator } from '../src/base/seeded.ts';

export class Seeded extends Generator {}
