import { decideOutreach, emptyOutreach } from '@homing/domain';
import type { LocalStack } from '@homing/testing/local-stack';
import type pg from 'pg';
import { valueFigure } from '../figures/report.js';
import { PAST_FROM, PAST_TO, pastCommand, pastRecord } from '../load/past.decisions.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { adminUrl, withClient } from '../stack/store.access.js';
import { noise } from './cost.figures.js';
import type { Section } from './section.js';

const COUNT = 100_000;
const CHUNK = 5_000;
const CANDIDATE = {
  caps: { perDay: 1, perWeek: 4 },
  quietHours: { from: '21:00', to: '08:00' },
  sendTime: 'best_practice',
};

/** A past of so many recorded decisions under other rules, through the API; and how fast the pure decision is. */
export const whatIf: Section = async ({ stack, flags, say }) => {
  const count = flags.quick ? COUNT / 10 : COUNT;
  const tenantId = stack.env['TENANT_ID'] ?? '';
  const commands = Array.from({ length: 5_000 }, (_, n) => pastCommand(n, { count, tenantId }));
  const rate = pureRate(commands);
  return withClient(adminUrl(stack, 'postgres', 'read'), async (client) => {
    say(`what-if: writing ${count} decisions`);
    try {
      await writePast(client, { count, tenantId });
      say('what-if: simulating');
      const before = await usageOfStack(stack);
      const own = ownCpuMs();
      const begun = performance.now();
      const result = await simulate(stack, count);
      const seconds = (performance.now() - begun) / 1_000;
      const spent = ownCpuMs() - own;
      const after = await usageOfStack(stack);
      const { contacted, refused } = result.now;
      return {
        name: 'what-if',
        what: `\`POST /policies/simulate\` over ${result.decisions} recorded decisions (${result.replayed} replayed) of ${DAYS} days and ${count / 5} people in four zones, two channels; candidate: one a day, four a week, quiet hours, good hours (${contacted} contacted, ${refused} refused).`,
        othersShare: noise(before, after, spent),
        figures: [
          valueFigure('what-if, to the answer', seconds * 1_000, {
            unit: 'ms',
            to: 'cpu',
            aim: { of: 'value', bound: 15_000 * (count / COUNT) },
          }),
          valueFigure('what-if, decisions', result.decisions / seconds, { unit: '/s', to: 'cpu' }),
          ...['api', 'postgres'].map((name) =>
            valueFigure(`CPU, ${name}`, (after.cpuMs[name] ?? 0) - (before.cpuMs[name] ?? 0), {
              unit: 'CPU-ms',
              to: 'cpu',
            }),
          ),
          valueFigure('pure decisions, two channels', rate, {
            unit: '/s',
            to: 'cpu',
            aim: { of: 'value', bound: 10_000 },
          }),
        ],
      };
    } finally {
      await client.query('delete from read_model.decisions where decided_at < $1', [new Date(PAST_TO)]);
      await client.query('delete from read_model.outreach where accepted_at < $1', [new Date(PAST_TO)]);
    }
  });
};

const DAYS = (PAST_TO - PAST_FROM) / 86_400_000;

function pureRate(commands: readonly Parameters<typeof decideOutreach>[1][]): number {
  const run = (): number =>
    commands.reduce((events, command) => events + decideOutreach(emptyOutreach, command).length, 0);
  run();
  const begun = performance.now();
  for (let i = 0; i < 4; i += 1) run();
  return (4 * commands.length * 1_000) / (performance.now() - begun);
}

async function writePast(client: pg.Client, { count, tenantId }: { count: number; tenantId: string }): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - from) }, (_, i) => {
      const command = pastCommand(from + i, { count, tenantId });
      const record = pastRecord(command);
      const { outreachId, personId, messageType, urgency, strategy, acceptedAt, expiresAt, via } = command.request;
      const at = {
        decided_at: record.decidedAt,
        accepted_at: acceptedAt,
        expires_at: expiresAt,
        sent_at: record.decidedAt,
      };
      const named = { outreach_id: outreachId, tenant_id: tenantId, person_id: personId, message_type: messageType };
      return {
        ...named,
        ...at,
        urgency,
        strategy,
        via,
        state: 'delivered',
        revision: 4,
        updated_position: 0,
        cost_micros: 0,
        record,
      };
    });
    const json = JSON.stringify(rows);
    const given = 'from json_populate_recordset(null::read_model.';
    const shown =
      'outreach_id, tenant_id, person_id, message_type, urgency, strategy, via, state, accepted_at, expires_at, decided_at, sent_at, revision, updated_position';
    const kept = 'outreach_id, tenant_id, decided_at, cost_micros, record, updated_position';
    await client.query(`insert into read_model.outreach (${shown}) select ${shown} ${given}outreach, $1::json)`, [
      json,
    ]);
    await client.query(`insert into read_model.decisions (${kept}) select ${kept} ${given}decisions, $1::json)`, [
      json,
    ]);
  }
  await client.query('analyze read_model.outreach, read_model.decisions');
}

interface Answer {
  readonly decisions: number;
  readonly replayed: number;
  readonly now: { readonly contacted: number; readonly refused: number };
}

async function simulate(stack: LocalStack, limit: number): Promise<Answer> {
  const period = { from: new Date(PAST_FROM).toISOString(), to: new Date(PAST_TO).toISOString(), limit };
  const answer = await fetch(`${stack.env['API_URL']}/api/v1/policies/simulate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.env['API_KEY']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ policy: CANDIDATE, ...period }),
  });
  if (answer.status !== 200) throw new Error(`the simulation answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
