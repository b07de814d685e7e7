/**
 * Above GraphiQL: says who asks, and of which fields an answer hides values. It runs before
 * GraphiQL, whose requests it sends in the name that is chosen, and runs a query again when another
 * one is.
 */

/** @type {{ readonly header: string, readonly tabs: string }} */
const settings = JSON.parse(document.getElementById('page-settings')?.textContent ?? '{}');
const bar = document.querySelector('#principal-bar');

/** Where GraphiQL keeps its tabs, and the page which examples they were opened with. */
const TABS = 'graphiql:tabState';
const EXAMPLES = 'massive-graph:examples';
/** Each window has a caller of its own. */
const PRINCIPAL = 'massive-graph:principal';
const NOBODY = 'user:*';
/** Where nothing is done that changes which operation would run. */
const READING = '#principal-bar, .result-window';

// Tabs of another definition, or of older examples, are of no use here.
if (localStorage.getItem(EXAMPLES) !== settings.tabs) openExamples();
resumeTab();
if (bar instanceof HTMLFormElement) connect(bar);

function openExamples() {
  localStorage.removeItem(TABS);
  localStorage.setItem(EXAMPLES, settings.tabs);
}

/** GraphiQL opens the tab that has what was edited last: without one it would add an empty tab. */
function resumeTab() {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem(TABS) ?? '{"tabs":[]}');
  for (const part of ['query', 'variables', 'headers']) {
    const text = tabs[activeTabIndex]?.[part];
    if (typeof text === 'string') localStorage.setItem(`graphiql:${part}`, text);
    else localStorage.removeItem(`graphiql:${part}`);
  }
}

/** @param {HTMLFormElement} form */
function connect(form) {
  const output = form.querySelector('output');
  const send = window.fetch;
  /** Whether the last thing done was to run a query, which writes nothing. */
  let ranQuery = false;

  const principal = () => String(new FormData(form).get('principal'));
  /** @param {string} text */
  const tell = (text) => {
    if (output !== null) output.value = text;
  };

  window.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    // A name in the editor of headers comes first.
    const isNamed = headers.has(settings.header) || principal() === NOBODY;
    if (!isNamed) headers.set(settings.header, principal());
    const { operationName, query = '' } = readBody(init?.body);
    const isOwn = operationName !== 'IntrospectionQuery';
    if (isOwn) ranQuery = /^(?:\s|#.*)*(?:query\b|\{)/.test(query);
    const response = await send(input, { ...init, headers });
    if (isOwn) tell('');
    if (isOwn && response.headers.get('content-type')?.includes('json') === true) {
      response
        .clone()
        .json()
        .then(
          (answer) => tell(hiddenOf(answer)),
          () => undefined,
        );
    }
    return response;
  };

  const choices = form.elements.namedItem('principal');
  const kept = sessionStorage.getItem(PRINCIPAL);
  if (choices instanceof RadioNodeList && kept !== null) {
    choices.value = kept;
  }
  form.addEventListener('change', () => {
    sessionStorage.setItem(PRINCIPAL, principal());
    tell('');
    const run = document.querySelector('.graphiql-execute-button');
    if (ranQuery && run instanceof HTMLElement) run.click();
  });
  form.querySelector('button')?.addEventListener('click', () => {
    openExamples();
    location.reload();
  });
  for (const event of ['keydown', 'pointerdown', 'paste', 'drop']) {
    document.addEventListener(event, ({ target }) => {
      const isReading = target instanceof Element && target.closest(READING) !== null;
      if (!isReading) ranQuery = false;
    });
  }
}

/**
 * @param {BodyInit | null | undefined} body
 * @returns {{ readonly operationName?: string, readonly query?: string }}
 */
function readBody(body) {
  return typeof body === 'string' ? JSON.parse(body) : {};
}

/**
 * @param {{ readonly extensions?: {
 *   readonly hidden?: readonly { readonly relation: string }[], readonly hiddenMore?: number
 * } }} answer
 */
function hiddenOf({ extensions: { hidden = [], hiddenMore = 0 } = {} }) {
  const count = hidden.length + hiddenMore;
  if (count === 0) return '';
  const relations = [...new Set(hidden.map(({ relation }) => relation))].join(', ');
  return `${count} ${count === 1 ? 'value' : 'values'} hidden: ${relations}`;
}
