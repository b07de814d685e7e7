/** Questions about permissions: root fields, and what the caller may do itself. */

import { explanationLines } from '../access/explanation-text.ts';
import type { AccessChange, ModelPreview } from '../access/preview.ts';
import { formatObject, formatSubject, parseRelation, parseSubjectFilter } from '../access/tuple.ts';
import { expectAdministrator, expectMaySee, objectNamed, subjectNamed } from './access-names.ts';
import { type Api, type ObjectRef, objectType, once } from './builder.ts';
import type { Context } from './context.ts';

/** A question of a caller takes as much as looking at so many rows. */
const QUESTION_ROWS = 10;
const LIST_ROWS = 10_000;

const HEIGHT_TEXT = 'Height of the authority chain as of which it is asked; its head where absent.';
const SUBJECT_TEXT = '`user:<organisation>/<name>`, `group:crew#member`; the caller where absent.';
const OBJECT_TEXT = '`Type:id`, `Type:key` by the natural key, or the id of a node.';

export function addAccessQueries(api: Api): void {
  addCheck(api);
  addExplain(api);
  addLists(api);
  addModelQueries(api);
  addViewer(api);
}

function addCheck(api: Api): void {
  api.builder.queryField('check', (t) =>
    t.boolean({
      description:
        'Whether a subject has a relation to an object. Of others than the caller it is told to ' +
        'those alone who may grant the relation.',
      args: {
        object: t.arg.string({ required: true, description: OBJECT_TEXT }),
        relation: t.arg.string({ required: true }),
        subject: t.arg.string({ description: SUBJECT_TEXT }),
        height: t.arg.int({ description: HEIGHT_TEXT }),
      },
      resolve: (_root, args, context) => {
        context.budget.spend(QUESTION_ROWS);
        return context.space.access.check(askedOf(args, context), asOf(args));
      },
    }),
  );
}

interface Explained {
  readonly verdict: string;
  readonly lacking?: string;
  readonly lines: readonly { depth: number; outcome: string; text: string }[];
}

function addExplain(api: Api): void {
  api.builder.queryField('explain', (t) =>
    t.field({
      description:
        'Why a subject has a relation to an object or not: the grants and rules that decide, for ' +
        'those who may grant the relation; for others the verdict about themselves alone.',
      type: explanationObject(api),
      args: {
        object: t.arg.string({ required: true, description: OBJECT_TEXT }),
        relation: t.arg.string({ required: true }),
        subject: t.arg.string({ description: SUBJECT_TEXT }),
        height: t.arg.int({ description: HEIGHT_TEXT }),
      },
      resolve: (_root, args, context): Explained => {
        context.budget.spend(LIST_ROWS);
        const { access } = context.space;
        const question = askedOf(args, context);
        const { object, relation } = question;
        const maySee =
          access.mayAdminister(context.actor, 'read') ||
          access.mayGrant(context.actor, object, relation);
        if (!maySee) return { ...access.explainReduced(question, asOf(args)), lines: [] };
        const explanation = access.explain(question, asOf(args));
        return { verdict: explanation.verdict, lines: explanationLines(explanation) };
      },
    }),
  );
}

function explanationObject(api: Api): ObjectRef<Explained> {
  return objectType<Explained>(api, 'PermissionExplanation', {
    fields: (t) => ({
      verdict: t.field({
        type: verdictEnum(api),
        resolve: ({ verdict }) => verdict.toUpperCase() as 'GRANTED' | 'DENIED' | 'FAILED',
      }),
      lacking: t.string({
        description: 'The relation that the caller asked for and has not.',
        nullable: true,
        resolve: ({ lacking }) => lacking ?? null,
      }),
      findings: t.field({
        description: 'What decided it, each finding before those that it rests on.',
        type: [findingObject(api)],
        resolve: ({ lines }) => [...lines],
      }),
    }),
  });
}

function findingObject(api: Api): ObjectRef<Explained['lines'][number]> {
  return objectType<Explained['lines'][number]>(api, 'PermissionFinding', {
    fields: (t) => ({
      depth: t.exposeInt('depth', { description: 'From 0, the question.' }),
      outcome: t.exposeString('outcome'),
      text: t.exposeString('text'),
    }),
  });
}

function verdictEnum(api: Api) {
  return once(api, 'PermissionVerdict', () =>
    api.builder.enumType('PermissionVerdict', {
      values: ['GRANTED', 'DENIED', 'FAILED'] as const,
    }),
  );
}

function addLists(api: Api): void {
  api.builder.queryField('listObjects', (t) =>
    t.stringList({
      description:
        'Objects of a type, of those that grants name, to which a subject has a relation. Of ' +
        'others than the caller it is told to those alone who may read all permissions.',
      args: {
        type: t.arg.string({ required: true }),
        relation: t.arg.string({ required: true }),
        subject: t.arg.string({ description: SUBJECT_TEXT }),
        height: t.arg.int({ description: HEIGHT_TEXT }),
      },
      resolve: (_root, args, context) => {
        context.budget.spend(LIST_ROWS);
        const subject = subjectNamed(args.subject, context);
        if (formatSubject(subject) !== context.actor) expectAdministrator(context, 'read');
        const question = { type: args.type, relation: parseRelation(args.relation), subject };
        const found = context.space.access.listObjects(question, asOf(args));
        return [...context.budget.answer(found.map(formatObject).sort())];
      },
    }),
  );
  api.builder.queryField('listUsers', (t) =>
    t.stringList({
      description:
        'Subjects, of those that grants name, who have a relation to an object. It is told to ' +
        'those alone who may grant the relation.',
      args: {
        object: t.arg.string({ required: true, description: OBJECT_TEXT }),
        relation: t.arg.string({ required: true }),
        type: t.arg.string({ required: true, description: '`user`, or `group#member`.' }),
        height: t.arg.int({ description: HEIGHT_TEXT }),
      },
      resolve: (_root, args, context) => {
        context.budget.spend(LIST_ROWS);
        const object = objectNamed(args.object, context);
        const relation = parseRelation(args.relation);
        expectMaySee(context, object, relation);
        const question = { object, relation, filter: parseSubjectFilter(args.type) };
        const found = context.space.access.listUsers(question, asOf(args));
        return [...context.budget.answer(found.map(formatSubject).sort())];
      },
    }),
  );
}

interface ModelInForce {
  readonly text: string;
  readonly height: number;
}

/** `PermissionModel` */
export function modelObject(api: Api): ObjectRef<ModelInForce> {
  return objectType<ModelInForce>(api, 'PermissionModel', {
    description: 'Who may do what, in the modelling language of OpenFGA.',
    fields: (t) => ({
      text: t.exposeString('text'),
      height: t.exposeInt('height', { description: 'From which height on it is in force.' }),
    }),
  });
}

function addModelQueries(api: Api): void {
  api.builder.queryField('permissionModel', (t) =>
    t.field({
      description:
        'The permission model in force; null in a space that is open. It is told to those alone ' +
        'who may read all permissions.',
      type: modelObject(api),
      nullable: true,
      args: { height: t.arg.int({ description: HEIGHT_TEXT }) },
      resolve: (_root, args, context) => {
        expectAdministrator(context, 'read');
        return context.space.access.version(asOf(args)) ?? null;
      },
    }),
  );
  api.builder.queryField('previewModel', (t) =>
    t.field({
      description:
        'Who would gain and who would lose what, if a model were in force. It is told to those ' +
        'alone who may read all permissions.',
      type: previewObject(api),
      args: { model: t.arg.string({ required: true }) },
      resolve: async (_root, { model }, context) => {
        expectAdministrator(context, 'read');
        context.budget.spend(LIST_ROWS);
        return await context.space.access.preview(model);
      },
    }),
  );
}

function previewObject(api: Api): ObjectRef<ModelPreview> {
  return objectType<ModelPreview>(api, 'PermissionPreview', {
    description: 'The first changes in the order of their names, and how many there are.',
    fields: (t) => ({
      gained: t.field({
        type: [accessChangeObject(api)],
        resolve: ({ gained }) => [...gained.first],
      }),
      gainedCount: t.int({ resolve: ({ gained }) => gained.count }),
      lost: t.field({ type: [accessChangeObject(api)], resolve: ({ lost }) => [...lost.first] }),
      lostCount: t.int({ resolve: ({ lost }) => lost.count }),
      unfit: t.stringList({
        description: 'Grants that would not fit: they have to be revoked before.',
        resolve: ({ unfit }) => [...unfit.first],
      }),
      unfitCount: t.int({ resolve: ({ unfit }) => unfit.count }),
      undecided: t.exposeInt('undecided', {
        description: 'Questions without an answer, such as for want of a parameter.',
      }),
      isComplete: t.exposeBoolean('isComplete', { description: 'Whether all was asked.' }),
    }),
  });
}

function accessChangeObject(api: Api): ObjectRef<AccessChange> {
  return objectType<AccessChange>(api, 'PermissionDifference', {
    fields: (t) => ({
      object: t.exposeString('object'),
      relation: t.exposeString('relation'),
      subject: t.exposeString('subject'),
    }),
  });
}

/** Who asks. */
interface Viewer {
  readonly subject: string;
}

function addViewer(api: Api): void {
  api.builder.queryField('viewer', (t) =>
    t.field({
      description: 'The caller itself.',
      type: viewerObject(api),
      resolve: (_root, _args, { actor }) => ({ subject: actor }),
    }),
  );
}

function viewerObject(api: Api): ObjectRef<Viewer> {
  return objectType<Viewer>(api, 'Viewer', {
    fields: (t) => ({
      subject: t.exposeString('subject', {
        description: '`user:<organisation>/<name>`, or `user:*` for a caller who is nobody.',
      }),
      can: t.boolean({
        description: 'Whether the caller has a relation to an object; yes in a space that is open.',
        args: {
          relation: t.arg.string({ required: true, description: '`read`, `write.salary`' }),
          object: t.arg.string({ required: true, description: `${OBJECT_TEXT} Or \`Type:*\`.` }),
        },
        resolve: (_viewer, args, context) => {
          context.budget.spend(QUESTION_ROWS);
          const { access } = context.space;
          return access.isOpen || access.check(askedOf(args, context));
        },
      }),
    }),
  });
}

interface AskedArguments {
  readonly object: string;
  readonly relation: string;
  readonly subject?: string | null | undefined;
}

/** The question of a caller, who may ask about others where it may grant what is asked about. */
function askedOf({ object: text, ...args }: AskedArguments, context: Context) {
  const object = objectNamed(text, context);
  const relation = parseRelation(args.relation);
  const subject = subjectNamed(args.subject, context);
  if (formatSubject(subject) !== context.actor) expectMaySee(context, object, relation);
  return { object, relation, subject };
}

function asOf({ height }: { readonly height?: number | null | undefined }) {
  return height === null || height === undefined ? {} : { height };
}
