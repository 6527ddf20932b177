import { tmpdir } from 'node:os';
import { DEFAULT_POLICY } from '@homing/domain';
import { createTaskAnswerKey } from '@homing/vault/letters';
import { createLogger, readEnv, Readiness, type RunningService, startService } from '@homing/service-kit';
import { configureHttp } from './api.http.js';
import { ApiModule } from './api.module.js';
import type { ApiParts, ApiSettings } from './api.parts.js';
import { BODY_LIMIT } from './http/body.hook.js';
import { SCOPES } from './security/caller.js';
import { MAX_PARAM_LENGTH } from './http/path.check.js';

export const TENANT = '0197a000-0000-7000-8000-000000000001';
export const KEY = 'key-of-tenant-one';
export const SETTINGS: ApiSettings = {
  policy: DEFAULT_POLICY,
  rateLimit: { perSecond: 10_000, burst: 10_000 },
  decisionWaitMs: 2_000,
  deskWaitMs: 2_000,
  feedPollMs: 60_000,
  heartbeatMs: 60_000,
  streamsPerKey: 5,
};

const nothing = async (): Promise<never> => {
  throw new Error('this test said it would not be called');
};

/** Parts that know one key and refuse everything a test did not hand in. */
export function fakeParts(own: Partial<ApiParts> = {}): { parts: ApiParts; lines: string[]; readiness: Readiness } {
  const lines: string[] = [];
  const readiness = new Readiness();
  const parts: ApiParts = {
    registry: {
      verifyApiKey: async (key) =>
        key === KEY ? { kind: 'valid', keyId: 'k1', tenantId: TENANT, scopes: SCOPES } : { kind: 'invalid' },
      findCampaign: async () => undefined,
      findCampaignsById: async (refs) => refs.map(() => undefined),
      readTenant: async () => undefined,
      readCampaign: async () => undefined,
      listCampaigns: async () => ({ items: [] }),
      createCampaign: nothing,
      changeCampaign: nothing,
      changeTenantSettings: nothing,
    },
    intake: { takeIn: nothing },
    batches: {
      idOf: () => TENANT,
      outreachIdOf: () => TENANT,
      digest: () => Buffer.alloc(32),
      check: async (items) => items.map(() => []),
      named: async (items) => items.map(() => ({})),
      keeper: { open: nothing, addItems: nothing, knownPlaces: nothing, accept: nothing },
      view: {
        find: async () => undefined,
        list: async () => ({ items: [] }),
        items: async () => [],
        requestCancel: async () => false,
      },
      rows: { counts: nothing, items: async () => [] },
    },
    inbound: { list: async () => ({ items: [] }), find: async () => undefined },
    accepted: { loadAccepted: async () => [], listUnfedOfCampaign: async () => [] },
    persons: { findPerson: async () => undefined },
    queries: {
      findOutreach: async () => undefined,
      timeline: async () => [],
      listOutreach: async () => ({ rows: [] }),
      feedAfter: async () => [],
      listUnknown: async () => ({ rows: [] }),
      listTasks: async () => ({ rows: [] }),
      findTask: async () => undefined,
      campaignBalances: () => Promise.resolve([]),
      campaignStatus: nothing,
      routing: async () => [],
      sendHours: async () => [],
      decisions: async () => [],
      spokenFor: async () => [],
      conversions: async () => [],
      campaignMessages: async () => 0,
      findLead: async () => undefined,
      listLeads: async () => ({ rows: [] }),
      currentPosition: async () => 0n,
    },
    letters: {
      view: {
        list: async () => ({ items: [] }),
        find: async () => undefined,
        actions: async () => [],
        listSignals: async () => ({ items: [] }),
        countSignals: async () => [],
      },
      createAnswerKey: nothing,
      sealRepair: async (bytes) => bytes,
    },
    createTaskKey: createTaskAnswerKey,
    consents: { list: async () => ({ items: [] }), idOf: () => '00000000-0000-4000-8000-000000000000' },
    suppressions: { list: async () => ({ items: [] }), find: async () => undefined },
    addresses: { fingerprint: () => undefined, mask: () => '***' },
    bus: {
      isUp: () => true,
      publishRequested: nothing,
      publishCommand: nothing,
      publishContactCommand: nothing,
      publishConversion: nothing,
      expectAnswer: () => ({ replyTo: '_INBOX.a.b', answer: Promise.resolve(undefined), cancel: () => {} }),
      tellDesk: () => false,
      tellTaskDesk: () => false,
      onPoke: () => () => {},
    },
    stopping: readiness.stopping,
    logger: createLogger({ service: 'api', instance: 'test', destination: { write: (line) => void lines.push(line) } }),
    settings: SETTINGS,
    ...own,
  };
  return { parts, lines, readiness };
}

/** The real HTTP surface over the given parts, on a free port. */
export function startApi(
  { parts, readiness }: { parts: ApiParts; readiness: Readiness },
  consoleDirectory: string = tmpdir(),
): Promise<RunningService> {
  return startService({
    name: 'api',
    module: ApiModule.over(parts),
    env: readEnv({}),
    http: { port: 0, bodyLimit: BODY_LIMIT, maxParamLength: MAX_PARAM_LENGTH },
    configure: (app) => configureHttp(app, { parts, consoleDirectory }),
    logger: parts.logger,
    readiness,
    drainMs: 2_000,
  });
}

export const authorized = (more: Record<string, string> = {}): Record<string, string> => ({
  authorization: `Bearer ${KEY}`,
  ...more,
});
export const asJson = authorized({ 'content-type': 'application/json' });
