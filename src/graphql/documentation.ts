/** What a definition says about its parts, as the API tells it. */

export interface Documented {
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
}

export function documentation({ description, deprecated }: Documented) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecationReason: deprecated }),
  };
}
