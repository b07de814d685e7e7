/**
 * A second subgraph beside the project's: reviews of airports, in memory. What the airports
 * themselves are, it does not know but for their codes.
 */

import { EventEmitter } from 'node:events';
import { GraphQLError } from 'graphql';
import { Repeater } from 'graphql-yoga';
import { type CallContext, callerOf, serveSubgraph } from './serve-subgraph.ts';

const SDL = `
extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.7"
  import: ["@key", "@external", "@requires", "@shareable"]
)

type Query {
  review(id: ID!): Review
  "From the newest."
  latestReviews(first: Int! = 3): [Review!]!
  "Reviews and inspections of at least so many stars."
  rated(starsMin: Int! = 1): [Rated!]!
  "Who asks, as far as this subgraph was told."
  reviewer: Reviewer!
}

type Mutation {
  "In the name of who asks."
  addReview(code: String!, stars: Int!, text: String!): Review!
}

type Subscription {
  "The newest that there is, and then each new one; of one airport, or of all."
  reviewAdded(code: String): Review!
}

type Airport @key(fields: "code") {
  code: String!
  name: String! @external
  reviews: [Review!]!
  averageStars: Float
  headline: String! @requires(fields: "name")
}

"What has stars. Others may say more of it, whichever of the types it is."
interface Rated @key(fields: "id") {
  id: ID!
  stars: Int!
}

type Review implements Rated @key(fields: "id") {
  id: ID!
  stars: Int!
  text: String!
  airport: Airport!
  author: Author!
}

type Author @key(fields: "principal") {
  principal: ID!
  "Another subgraph may tell it too, where it does not need this one."
  displayName: String! @shareable
  reviews: [Review!]!
}

type Inspection implements Rated @key(fields: "id") {
  id: ID!
  stars: Int!
  airport: Airport!
  inspector: String!
}

type Reviewer {
  principal: String
  authorization: String
}
`;

interface Airport {
  readonly code: string;
  /** Only where the gateway brings it. */
  readonly name?: string;
}

interface Rated {
  readonly __typename: 'Review' | 'Inspection';
  readonly id: string;
  readonly stars: number;
  readonly airport: Airport;
}

interface Review extends Rated {
  readonly __typename: 'Review';
  readonly text: string;
  readonly author: Author;
}

interface Author {
  readonly principal: string;
}

const ANYBODY = 'user:*';
const STARS_MAX = 5;

const added = new EventEmitter<{ review: [Review] }>();
const reviews: Review[] = [
  reviewOf('JFK', 4, 'Far from town, near to everywhere else', 'user:skyways/ann'),
  reviewOf('LAX', 2, 'Bring a book', 'user:skyways/bob'),
  reviewOf('JFK', 3, 'The train was on time', 'user:travellers/cleo'),
].map((review, index) => ({ ...review, id: `review-${index + 1}` }));
const inspections = [
  { ...ratedOf('JFK', 5), __typename: 'Inspection', id: 'inspection-1', inspector: 'Dee' },
] as const;

const Airport = {
  __resolveReference: (airport: Airport) => airport,
  reviews: ({ code }: Airport) => reviewsOf(code),
  averageStars: ({ code }: Airport) => {
    const stars = reviewsOf(code).map((review) => review.stars);
    return stars.length === 0 ? null : stars.reduce((sum, each) => sum + each) / stars.length;
  },
  headline: ({ code, name }: Airport) => `${name}: ${reviewsOf(code).length} reviews`,
};

const Author = {
  __resolveReference: (author: Author) => author,
  displayName: ({ principal }: Author) => principal.replace(/^.*[/]/, ''),
  reviews: ({ principal }: Author) =>
    reviews.filter(({ author }) => author.principal === principal),
};

const Query = {
  review: (_: unknown, { id }: { id: string }) => reviews.find((review) => review.id === id),
  latestReviews: (_: unknown, { first }: { first: number }) => reviews.toReversed().slice(0, first),
  rated: (_: unknown, { starsMin }: { starsMin: number }) =>
    [...reviews, ...inspections].filter(({ stars }) => stars >= starsMin),
  reviewer: (_: unknown, _arguments: object, context: CallContext) => callerOf(context),
};

const Mutation = {
  addReview: (_: unknown, given: NewReview, context: CallContext) => {
    const { code, stars, text } = given;
    if (stars < 1 || stars > STARS_MAX)
      throw new GraphQLError(`stars expected 1 to ${STARS_MAX}, got ${stars}`);
    const author = callerOf(context).principal ?? ANYBODY;
    const review = { ...reviewOf(code, stars, text, author), id: `review-${reviews.length + 1}` };
    reviews.push(review);
    added.emit('review', review);
    return review;
  },
};

interface NewReview {
  readonly code: string;
  readonly stars: number;
  readonly text: string;
}

const Subscription = {
  reviewAdded: {
    subscribe: (_: unknown, { code }: { code?: string | null }) =>
      new Repeater<Review>(async (push, stop) => {
        const isWanted = ({ airport }: Review) => code == null || airport.code === code;
        const tell = (review: Review) => {
          if (isWanted(review)) push(review);
        };
        added.on('review', tell);
        const newest = reviews.findLast(isWanted);
        if (newest !== undefined) push(newest);
        await stop;
        added.off('review', tell);
      }),
    resolve: (review: Review) => review,
  },
};

const byId = ({ id }: { id: string }) =>
  [...reviews, ...inspections].find((rated) => rated.id === id);

const code = {
  sdl: SDL,
  resolvers: {
    Query,
    Mutation,
    Subscription,
    Airport,
    Author,
    Rated: { __resolveReference: byId },
    Review: { __resolveReference: byId },
    Inspection: { __resolveReference: byId },
  },
};
await serveSubgraph(code, Number(process.argv[2] ?? 0));

function reviewsOf(code: string): Review[] {
  return reviews.filter(({ airport }) => airport.code === code);
}

function reviewOf(code: string, stars: number, text: string, principal: string) {
  return { ...ratedOf(code, stars), __typename: 'Review', text, author: { principal } } as const;
}

function ratedOf(code: string, stars: number) {
  return { stars, airport: { code } };
}
