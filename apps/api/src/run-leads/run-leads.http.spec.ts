import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FieldFault } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import type { NamedThings } from '@homing/intake';
import type { BatchItem, SeenItem } from '@homing/vault/batch';
import type { Template } from '@homing/vault/registry';
import { asJson, authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import type { LeadRunAnswer } from './lead-run.answer.js';

const RECEIVED = '2026-05-01T10:00:00.000Z';
let service: RunningService;
/** What looking settings up waits for. */
let gate = async (): Promise<void> => {};
/** The one batch this vault can hold. */
let kept: { digest: Buffer; items: BatchItem[]; total: number; accepted: boolean } | undefined;
const sealed: { requestId: string; sequence: string | undefined; data: unknown }[] = [];

const templateOf = (channel: 'email' | 'linkedin', text: string) =>
  ({ bodies: { [channel]: { text } } }) as Partial<Template> as Template;
const greeting = templateOf('email', '{{ demo_url }}{% if first_name %}{{ first_name }}{% endif %}');
const letter = templateOf('linkedin', '{{ business_name }} {{ name }}');
/** What this tenant has by way of sequences. */
const NAMED: Readonly<Record<string, NamedThings>> = {
  default_sequence: {
    chain: {
      strategy: 'fallback',
      steps: [
        { step: { channel: 'email', template: 'a' }, template: greeting },
        { step: { channel: 'linkedin', template: 'b' }, template: letter },
        { step: { channel: 'contact_form', template: 'c' }, template: undefined },
      ],
    },
  },
  gentle: {
    chain: { strategy: 'single', steps: [{ step: { channel: 'auto' }, template: undefined }] },
    template: letter,
  },
};

beforeAll(async () => {
  const fake = fakeParts();
  const seen = () =>
    kept?.accepted
      ? {
          ...{
            batchId: TENANT,
            receivedAt: RECEIVED,
            acceptedAt: RECEIVED,
            items: kept.total,
            released: 0,
            withheld: 0,
          },
          accepted: kept.items.filter(({ kind }) => kind === 'sealed').length,
          refused: kept.items.filter(({ kind }) => kind === 'refused').length,
        }
      : undefined;
  const shown = (item: BatchItem): SeenItem => ({
    ...{ index: item.index, released: false, withheld: false, earlier: false },
    ...(item.kind === 'sealed'
      ? { outreachId: item.outreachId, ...(item.requestId === undefined ? {} : { requestId: item.requestId }) }
      : { faults: item.faults }),
  });
  service = await startApi(
    fakeParts({
      intake: {
        takeIn: async (items) =>
          items.map(({ requestId, request }) => {
            sealed.push({ requestId, sequence: request.sequence, data: request.content.data });
            return { kind: 'accepted', outreachId: TENANT } as never;
          }),
      },
      batches: {
        ...fake.parts.batches,
        digest: (_tenant, value) => Buffer.from(JSON.stringify(value)),
        named: async (items) => (await gate(), items).map(({ request: { sequence = '' } }) => NAMED[sequence] ?? {}),
        keeper: {
          open: async ({ digest, items }) => {
            kept ??= { digest, items: [], total: items, accepted: false };
            if (!kept.digest.equals(digest)) return { kind: 'different_content' };
            return { kind: 'open', receivedAt: RECEIVED, chunkSize: 200, accepted: kept.accepted };
          },
          addItems: async (_batch, items) => void kept?.items.push(...items),
          knownPlaces: async () => new Map<number, FieldFault[]>(),
          accept: async () => void (kept && (kept.accepted = true)),
        },
        view: {
          ...fake.parts.batches.view,
          find: async () => seen(),
          items: async () => (kept?.items ?? []).map(shown).sort((a, b) => a.index - b.index),
        },
      },
    }),
  );
});
afterAll(() => service.stop());

async function run<T = LeadRunAnswer>(body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${service.url}/api/v1/leads/run`, {
    ...{ method: 'POST', headers: { ...asJson, ...headers }, body: JSON.stringify(body) },
  });
  return { status: answer.status, location: answer.headers.get('location'), body: (await answer.json()) as T };
}
interface Problem {
  readonly type: string;
  readonly errors: readonly FieldFault[];
}
const codes = ({ errors }: Problem) => errors.map(({ field, code }) => `${field} ${code}`);

const rich = {
  ...{ leadId: 'l-0', name: 'Ada', timeZone: 'Europe/Berlin', signals: { score: 90 } },
  ...{ contacts: { email: 'l0@sandbox.test', linkedin: 'ada' }, data: { business_name: 'Mill' } },
};
const leads = [
  rich,
  { leadId: 'l-1', contacts: {} },
  { leadId: 'l-2', contacts: { email: 'l2@sandbox.test' } },
  { leadId: 'l-3', contacts: { email: 'l3@sandbox.test' }, grade: 'A' },
  { leadId: 'l-4', contacts: { email: 'nothing of the kind' } },
  { leadId: 'l-5', contacts: { email: 'l5@sandbox.test' }, grade: 'Z' },
  { leadId: 'l-2', contacts: { email: 'l2@sandbox.test' } },
];
const call = {
  runId: 'spring',
  content: { data: { name: 'there', demo_url: 'https://x.test' } },
  leads,
  sequences: { C: 'gentle' },
};
const shortly = ({ results }: LeadRunAnswer) =>
  results.map(({ leadId, grade, gradedBy, sequence, status }) => [leadId, grade, gradedBy, sequence, status]);

describe('a run of leads', () => {
  it('says of each lead what would become of it, and takes nothing, where it is asked dry', async () => {
    const { status, location, body } = await run({ ...call, dryRun: true });
    expect([status, location, body.batchId, kept]).toEqual([200, null, undefined, undefined]);
    expect(faultsAgainst('LeadRun', body)).toEqual([]);
    expect(shortly(body)).toEqual([
      ['l-0', 'A', 'rule', 'default_sequence', 'planned'],
      ['l-1', 'D', 'rule', undefined, 'skipped'],
      ['l-2', 'C', 'rule', 'gentle', 'planned'],
      ['l-3', 'A', 'caller', 'default_sequence', 'planned'],
      ['l-4', 'C', 'rule', 'gentle', 'refused'],
      ['l-5', undefined, undefined, undefined, 'refused'],
      ['l-2', 'C', 'rule', 'gentle', 'refused'],
    ]);
    expect(body.results.flatMap(({ errors = [] }) => codes({ type: '', errors }))).toEqual([
      'leads[4].contacts.email isEmail',
      'leads[5].grade unknown_grade',
      'leads[6].leadId repeated',
    ]);
  });

  it('is a batch of the leads whose grade is not left out, each with its data and sequence', async () => {
    const { status, location, body } = await run(call);
    expect([status, location]).toEqual([202, `/api/v1/batches/${TENANT}`]);
    expect(faultsAgainst('LeadRun', body)).toEqual([]);
    expect(body).toMatchObject({ runId: 'spring', rule: 'leads-1', leads: 7, taken: 3, skipped: 1, refused: 3 });
    expect(body.grades).toEqual({
      A: { sequence: 'default_sequence', leads: 2, taken: 2, skipped: 0, refused: 0 },
      B: { sequence: 'default_sequence', leads: 0, taken: 0, skipped: 0, refused: 0 },
      C: { sequence: 'gentle', leads: 3, taken: 1, skipped: 0, refused: 2 },
      D: { sequence: 'skip', leads: 1, taken: 0, skipped: 1, refused: 0 },
    });
    expect(sealed).toEqual([
      {
        ...{ requestId: 'spring/0', sequence: 'default_sequence' },
        data: { name: 'Ada', demo_url: 'https://x.test', business_name: 'Mill' },
      },
      { requestId: 'spring/2', sequence: 'gentle', data: { name: 'there', demo_url: 'https://x.test' } },
      { requestId: 'spring/3', sequence: 'default_sequence', data: { name: 'there', demo_url: 'https://x.test' } },
    ]);
    expect(body.results[0]).toMatchObject({
      status: 'accepted',
      requestId: 'spring/0',
      outreachId: TENANT,
      points: 64,
    });
    expect(body.results[1]).toMatchObject({ status: 'skipped', reason: 'not_reachable' });
  });

  it('is one run however often it comes, and another content is refused', async () => {
    const first = await run(call);
    const { runId, ...unnamed } = call;
    expect((await run(unnamed, { 'idempotency-key': runId })).body).toEqual(first.body);
    expect(sealed).toHaveLength(3);
    // Also where it would come to the same messages.
    for (const other of [
      { leads: [...leads, { leadId: 'l-7', contacts: {} }] },
      { sequences: { C: 'gentle', B: 'skip' } },
    ]) {
      const refused = await run<Problem>({ ...call, ...other });
      expect(refused).toMatchObject({ status: 409, body: { type: 'urn:homing:problem:different_content' } });
    }
  });

  it('refuses a lead whose message would lack something, and names it', async () => {
    const { data: _none, ...poor } = rich;
    const asked = [
      rich,
      { ...poor, leadId: 'l-1' },
      { ...poor, leadId: 'l-2', contacts: { email: 'l2@sandbox.test' } },
    ];
    const missing = async (data: object) => {
      const { body } = await run({
        dryRun: true,
        leads: asked,
        sequences: { C: 'default_sequence' },
        content: { data },
      });
      return body.results.map(({ errors = [] }) => codes({ type: '', errors }));
    };
    // Whom the second step cannot reach lacks nothing for it; what a template only asks for is not missed.
    expect(await missing({ demo_url: 'https://x.test' })).toEqual([
      [],
      ['leads[1].data.business_name missing_variable'],
      [],
    ]);
    expect(await missing({ business_name: 'all' })).toEqual(
      asked.map((_lead, i) => [`leads[${i}].data.demo_url missing_variable`]),
    );
  });

  it('waits its turn where two are under way, a dry one as well', async () => {
    let open = (): void => {};
    let entered = 0;
    const bothThere = new Promise<void>((resolve) => {
      const shut = new Promise<void>((release) => (open = release));
      gate = () => (++entered === 2 && resolve(), shut);
    });
    const dry = { ...call, dryRun: true };
    const both = [run(dry), run(dry)];
    await bothThere;
    expect(await run<Problem>(dry)).toMatchObject({
      ...{ status: 429, body: { type: 'urn:homing:problem:too_many_requests' } },
    });
    open();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    gate = async () => {};
  });

  it('of which nobody is left takes nothing', async () => {
    const { status, body } = await run({
      runId: 'nobody',
      leads: [{ leadId: 'l-1', contacts: {} }, rich],
      sequences: { A: 'skip' },
    });
    expect([status, body.batchId, body.skipped]).toEqual([200, undefined, 2]);
    expect(body.results.map(({ reason }) => reason)).toEqual(['not_reachable', 'grade_skipped']);
  });

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['leads malformed']],
    [
      'a batch’s words',
      { leads, recipients: [], sequence: 'x' },
      ['recipients unknown_field', 'sequence unknown_field'],
    ],
    ['grades nobody has', { leads, sequences: { E: 'x' } }, ['sequences unknown_grade']],
    ['a sequence without a name', { leads, sequences: { A: '' } }, ['sequences.A malformed']],
    ['a sequence nobody has', { leads, sequences: { B: 'other' } }, ['sequences.B unknown_sequence']],
    ['spacing nobody can read', { leads, spacing: { over: 'soon' } }, ['spacing.over malformed']],
    ['content of two kinds', { leads, content: { templateId: 'a', literal: {} } }, ['content exactly_one']],
  ])('refuses %s, naming the field', async (_name, body, fields) => {
    const refused = await run<Problem>({ runId: 'x', dryRun: true, ...body });
    expect([refused.status, codes(refused.body)]).toEqual([422, fields]);
  });

  it.each<[object, string]>([
    [{ signals: { score: 101 } }, 'leads[0].signals.score malformed'],
    [{ signals: { luck: 1 } }, 'leads[0].signals unknown_field'],
    [{ id: 'x' }, 'leads[0].id unknown_field'],
    [{ wish: 'x' }, 'leads[0].wish unknown_field'],
    [{ leadId: 7 }, 'leads[0].leadId isLength'],
    [{ data: [] }, 'leads[0].data not_an_object'],
  ])('refuses the lead of %j alone', async (own, code) => {
    const { body } = await run({ dryRun: true, leads: [{ ...rich, ...own }] });
    expect(body.results[0]?.status).toBe('refused');
    expect(codes({ type: '', errors: body.results[0]?.errors ?? [] })).toContain(code);
  });

  it('needs a key that may write', async () => {
    const answer = await fetch(`${service.url}/api/v1/leads/run`, {
      method: 'POST',
      headers: { ...authorized(), authorization: 'Bearer x' },
    });
    expect(answer.status).toBe(401);
  });
});
