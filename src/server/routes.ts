/** What is served at which path of the main port. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { BODY_BYTES_PER_COST } from '../base/limits.ts';
import { ANSWER_ENCODING } from '../engine/answer-json.ts';
import type { AskedBy } from '../graphql/context.ts';
import { type InternalErrorListener, UNEXPECTED_ANSWER } from '../graphql/errors.ts';
import { orderAccept, wholeAnswerType } from './accept.ts';
import {
  type Admission,
  type Admitted,
  admitAddress,
  admitBody,
  type Refusal,
} from './admission.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { holdsDigest } from './authentication/content-digest.ts';
import type { Identity } from './authentication/identity.ts';
import { type Caller, type Callers, chargedOnce } from './callers.ts';
import { answerOrigin, type Origins } from './cors.ts';
import type { DirectAnswers } from './direct-answer.ts';
import type { EventStreams } from './event-streams.ts';
import type { GraphiqlPage } from './graphiql-page.ts';
import { GRAPHQL_PATH, type GraphqlEndpoint } from './graphql-endpoint.ts';
import { HttpStatus, NO_SNIFFING, respond, respondError, respondJson } from './respond.ts';
import { asksForTrace, type RouterSecret } from './router.ts';
import type { SlowRefusals } from './slow-refusals.ts';
import { serveStartPage } from './start-page.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import type { UnreadAnswers } from './unread-answers.ts';

export const HEALTH_PATH = '/health';

export interface Routes {
  readonly endpoint: GraphqlEndpoint;
  readonly tracedEndpoint: () => Promise<GraphqlEndpoint>;
  readonly router: RouterSecret;
  readonly directAnswers: DirectAnswers;
  readonly trusted: TrustedDocuments;
  readonly graphiql: GraphiqlPage;
  readonly health: () => { readonly isHealthy: boolean; readonly uptime: number };
  readonly version: string;
  readonly authenticator: Authenticator;
  readonly callers: Callers;
  readonly origins: Origins;
  readonly unread: UnreadAnswers;
  readonly streams: EventStreams;
  readonly refusals: SlowRefusals;
  /** Why a request may not come in by the name that it calls. */
  readonly guard: (request: IncomingMessage) => Refusal | undefined;
  readonly onInternalError: InternalErrorListener;
}

export function createRequestListener(routes: Routes) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const fail = (error: unknown) => {
      routes.onInternalError(error);
      if (response.headersSent) response.destroy();
      else respondJson(response, HttpStatus.INTERNAL_SERVER_ERROR, UNEXPECTED_ANSWER);
    };
    try {
      serve(routes, request, response)?.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

export function pathOf({ url = '/' }: IncomingMessage): string {
  return url === GRAPHQL_PATH ? url : (url.split(/[?#]/, 1)[0] ?? '/');
}

function serve(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | void {
  const foreign = routes.guard(request);
  if (foreign !== undefined) return refuse(foreign, request, response);
  switch (pathOf(request)) {
    case GRAPHQL_PATH:
      return serveGraphql(routes, request, response);
    case HEALTH_PATH:
      return isRead(request) ? serveHealth(routes, response) : refuseMethod(response);
    case '/':
      return isRead(request) ? serveStartPage(response) : refuseMethod(response);
    default:
      return respondError(
        response,
        HttpStatus.NOT_FOUND,
        new DatabaseError(
          ErrorCode.NOT_FOUND,
          `path expected /, ${GRAPHQL_PATH} or ${HEALTH_PATH}, got another one`,
        ),
      );
  }
}

async function serveGraphql(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (answerOrigin(routes.origins, request, response)) return;
  if (request.method === 'GET' && wantsPage(request)) {
    return routes.graphiql.serve(request, response);
  }
  const { authenticator, endpoint, callers, unread, refusals } = routes;
  const found = identify(authenticator, request);
  const identity = found instanceof Promise ? await found : found;
  if ('refusal' in identity) return refuse(identity.refusal, request, response);
  const caller = callers.of(identity, request);
  const busy = whyBusy(unread, caller);
  if (busy !== undefined) {
    if (busy.status === HttpStatus.TOO_MANY_REQUESTS) await refusals.wait(response);
    return refuse(busy, request, response);
  }
  orderAccept(request.headers);
  const admission = await admit(routes, { identity, caller }, request);
  if (admission === undefined) return;
  if (admission.refusal !== undefined) {
    // A body that is not taken is read all the same, to be dropped.
    caller.charge(Number(request.headers['content-length'] ?? 0) / BODY_BYTES_PER_COST, 'after');
    return refuse(admission.refusal, request, response);
  }
  // What is answered at once is answered whole, though the right may end meanwhile.
  const onStream = () => {
    if (response.closed) return;
    routes.streams.add(response);
    response.once(
      'close',
      authenticator.hold(identity, () => response.destroy()),
    );
  };
  const isGone = () => request.socket.destroyed;
  const once = caller.asking(chargedOnce((cost, when) => caller.charge(cost, when)));
  const isRouter = routes.router.isShownBy(request);
  const isTraced = asksForTrace(request) && (isRouter || once.mayExplain);
  const tellCache = (header: string) => void response.setHeader('cache-control', header);
  const asking = { ...once, tellCache };
  if (isTraced || !answerDirectly(routes, { caller: asking, admission, response })) {
    // Direct answers have it: nobody is to learn whether somebody has asked this before.
    response.setHeader(...NO_SNIFFING);
    const { parameters } = admission;
    // Who reads the request next takes a body that is there already.
    if (parameters !== undefined) Object.assign(request, { body: parameters });
    const answering = isTraced ? await routes.tracedEndpoint() : endpoint;
    await answering(request, response, { ...asking, isRouter, isGone, onStream });
  }
  unread.note(response);
}

/** Before anything is read of what a request asks. */
function whyBusy(unread: UnreadAnswers, caller: Caller): Refusal | undefined {
  try {
    caller.takeRequest();
    unread.expectRoom();
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const isLimited = error.code === ErrorCode.RATE_LIMITED;
    const status = isLimited ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.SERVICE_UNAVAILABLE;
    return { status, error };
  }
}

/** Whether the answer is given, without the GraphQL server. */
function answerDirectly(
  { directAnswers }: Routes,
  asked: {
    readonly caller: AskedBy;
    readonly admission: Admitted;
    readonly response: ServerResponse;
  },
): boolean {
  const { caller, admission, response } = asked;
  const type = wholeAnswerType(response.req.headers.accept);
  if (admission.parameters === undefined || type === undefined) return false;
  const answer = directAnswers(admission.parameters, caller);
  if (answer === undefined) return false;
  respond(response, {
    status: HttpStatus.OK,
    type: `${type}; charset=utf-8`,
    content: answer.content,
    encoding: ANSWER_ENCODING,
  });
  // Written by then: where the client goes before, it is not used again.
  if (answer.isLent) response.on('finish', () => answer.giveBack());
  return true;
}

type Identified = Identity | { readonly refusal: Refusal };

function identify(
  authenticator: Authenticator,
  request: IncomingMessage,
): Identified | Promise<Identified> {
  try {
    const identity = authenticator.identify(request);
    return identity instanceof Promise ? identity.catch(notIdentified) : identity;
  } catch (error) {
    return notIdentified(error);
  }
}

function notIdentified(error: unknown): { readonly refusal: Refusal } {
  if (!(error instanceof DatabaseError)) throw error;
  const isUnknown = error.code === ErrorCode.UNAUTHENTICATED;
  const status = isUnknown ? HttpStatus.UNAUTHORIZED : HttpStatus.BAD_REQUEST;
  return { refusal: { status, error } };
}

function admit(
  { authenticator, trusted }: Routes,
  asking: { readonly identity: Identity; readonly caller: Caller },
  request: IncomingMessage,
): Admission | Promise<Admission | undefined> {
  if (request.method !== 'POST') return admitAddress(request, trusted);
  const { digest } = asking.identity;
  const check = (body: Uint8Array): Refusal | undefined => {
    // What was read was read: the next operations wait for it.
    asking.caller.charge(body.length / BODY_BYTES_PER_COST, 'after');
    if (digest === undefined || holdsDigest(digest, body)) return undefined;
    return { status: HttpStatus.UNAUTHORIZED, error: authenticator.refuseBody(request) };
  };
  return admitBody(request, { bytesMax: asking.caller.limits.bodyBytes, check, trusted });
}

function refuse(refusal: Refusal, request: IncomingMessage, response: ServerResponse): void {
  // What is still to come is read and dropped, so that the client gets to read the answer.
  request.resume();
  respondError(response, refusal.status, refusal.error);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader('allow', 'GET, HEAD');
  const message = 'the method of a page expected GET or HEAD, got another one';
  const error = new DatabaseError(ErrorCode.INVALID_INPUT, message);
  respondError(response, HttpStatus.METHOD_NOT_ALLOWED, error);
}

/** A browser, also by a link with a query, which GraphiQL shows. */
function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true;
}

function serveHealth({ health, version }: Routes, response: ServerResponse): void {
  const { isHealthy, uptime } = health();
  const status = isHealthy ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
  respondJson(response, status, { status: isHealthy ? 'healthy' : 'starting', uptime, version });
}
