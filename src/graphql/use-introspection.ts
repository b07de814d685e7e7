/** A server that does not tell its schema: neither when it is asked, nor in what is wrong. */

import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What graphql-js adds to a name that it does not know. */
const SUGGESTION = / Did you mean [^?]+\?/;

export function useNoIntrospection(): Plugin {
  return {
    onValidate: ({ addValidationRule, validateFn, setValidationFn }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((...args) => validateFn(...args).map(withoutSuggestion));
    },
  };
}

function withoutSuggestion(error: GraphQLError): GraphQLError {
  if (!SUGGESTION.test(error.message)) return error;
  const { nodes = null, source = null, positions = null, path = null, extensions } = error;
  const message = error.message.replace(SUGGESTION, '');
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
