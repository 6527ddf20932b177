import type { Fault } from './fault.js';

export const WORK_FAULTS = {
  PROJECTION_SILENT: {
    severity: 'fail',
    meaning:
      'No projector says where it stands: none leads, or it cannot write. Rows grow old, nothing new is listed, retries wait.',
    found: 'The age of the last sign of life in projection_progress; 15 s is too old.',
    mend: 'Start a projector; if one runs, its log says what keeps it.',
  },
  PROJECTION_STOPPED: {
    severity: 'fail',
    meaning: 'The projector has met something it cannot go on from, and says what.',
    found: 'The trouble noted in projection_progress.',
    mend: 'EVENT_STORE_BEHIND: the read model stands beyond the store (docs/reliability.md, Restore). REVISION_GAP: a hole in a stream, look at the store. SCHEMA_VERSION: start a newer release. Anything else: its log.',
  },
  PROJECTION_STALLED: {
    severity: 'fail',
    meaning: 'There is more to project and the projector does not move, for no reason it knows.',
    found: 'The trouble STALLED in projection_progress.',
    mend: 'After a minute it gives up its place to a standby by itself. Restart it if it does not.',
  },
  PROJECTION_BEHIND: {
    severity: 'warn',
    meaning: 'What is listed is older than ten seconds: the projector is catching up.',
    found: 'caught_up_at in projection_progress.',
    mend: 'Wait; if it grows, look at the processor and at Postgres.',
  },
  PUBLICATION_HELD_UP: {
    severity: 'warn',
    meaning: 'Integration events are not published: other services do not hear what happens.',
    found: 'The row integration-events in projection_progress: a trouble, or more than 30 s behind the rows.',
    mend: 'Look at the bus (BUS_UNREACHABLE, STREAM_MISSING). Nothing is left out: it goes on from where it stood.',
  },
  LEADER_MISSING: {
    severity: 'fail',
    meaning: 'Nobody leads where one should: no scheduler wakes what is due, or no projector projects.',
    found: 'Nobody holds the advisory lock in the read database, at two looks three seconds apart.',
    mend: 'Start the service. If it runs, its log says why it cannot lead. After a leader that froze it takes up to 30 s.',
  },
  UNKNOWN_OUTCOMES: {
    severity: 'warn',
    meaning:
      'Attempts of which nobody knows whether the provider took them. They are not sent again, and nothing follows them until they are settled.',
    found: 'Counting them in the read database.',
    mend: 'Webhooks and look-ups settle most. Settle the others in the console or with POST /api/v1/unknown-outcomes/.../settle; after 72 h they count as sent.',
  },
  UNKNOWN_OUTCOMES_OVERDUE: {
    severity: 'fail',
    meaning:
      'Attempts have been of unknown outcome for more than 73 hours. After 72 the scheduler takes them for sent, so that books close.',
    found: 'Counting them in the read database.',
    mend: 'Look whether a scheduler leads and the event store answers.',
  },
  SIGNALS_UNMATCHED: {
    severity: 'warn',
    meaning: 'Providers have told of messages that nobody knows, and nothing has matched for an hour.',
    found: 'Counting what is parked in the vault (desk.unmatched_signal).',
    mend: 'See GET /api/v1/unmatched-signals for provider and cause: another installation with the same account, a webhook forged by somebody who has the key, or a store that lost events.',
  },
  PROVIDER_REFUSES_LOGIN: {
    severity: 'fail',
    meaning: 'A provider refuses our credentials: nothing goes out over it, every message is tried again.',
    found: 'Calls of class auth that a gateway has counted since it started (/metrics).',
    mend: 'Mend the key in the settings of the gateway (docs/channels.md names it, SENDGRID_API_KEY for one) and restart it, which clears this.',
  },
  PROVIDER_STOPPED: {
    severity: 'warn',
    meaning:
      'A provider is given nothing: its breaker is open. Others of its channel take its part; where there are none, nothing leaves on that channel and it is a failure.',
    found: 'The share each gateway gives it (homing_provider_share in /metrics).',
    mend: 'Look at /health/ready of the gateway for the cause: auth is a key to mend (PROVIDER_REFUSES_LOGIN), errors are the provider’s or the network’s. It is tried again by itself and comes back in steps.',
  },
  RATE_TOO_LOW: {
    severity: 'warn',
    meaning:
      'Messages have waited for their turn at a provider for more than two minutes without a pause: more is asked for than its rate lets through.',
    found: 'homing_provider_turns_short_seconds in /metrics of each gateway.',
    mend: 'Wait where it is one large batch. Else raise its rate in PROVIDER_RATES of every gateway if the provider allows more, or name another provider for the channel in CHANNEL_PROVIDERS.',
  },
  WEBHOOKS_WITHOUT_KEY: {
    severity: 'warn',
    meaning:
      'Messages leave through a provider whose webhooks nobody could sign: what became of them is never heard, and bounces and opt-outs neither.',
    found:
      'Providers that gateways send through (homing_provider_share) against the keys in force at ingestion (homing_webhook_keys).',
    mend: 'Give webhook-ingestion the key that provider signs with (docs/webhooks.md, docs/channels.md), or have its tenant PUT /api/v1/webhook-accounts/{provider}/{account}.',
  },
  WEBHOOKS_FORGED: {
    severity: 'warn',
    meaning:
      'Many webhooks were refused within ten minutes because their signature, their age or their key does not fit: a key was changed at one end, or somebody tries.',
    found: 'homing_webhooks_forged_recently in /metrics of ingestion; twenty of one provider are told.',
    mend: 'See GET /api/v1/webhook-health for the account and whether any valid one still comes. If none does, put the new key beside the old one. If valid ones come, limit the caller by address at the proxy.',
  },
  REQUESTS_UNDECIDED: {
    severity: 'warn',
    meaning: 'Accepted requests have no decision after five minutes. They are sealed and cannot be lost.',
    found: 'Counting sealed requests in the vault that were not fed.',
    mend: 'Look whether an orchestrator is ready and the event store answers. The scheduler feeds them again.',
  },
  WORK_OVERDUE: {
    severity: 'warn',
    meaning: 'Deliveries that are due have waited for more than two minutes.',
    found: 'Counting entries of the timetable that could be woken and were not.',
    mend: 'Look whether a scheduler leads, the gateway is ready, and the dispatch window is free (DISPATCH in docs/bus.md).',
  },
} as const satisfies Record<string, Fault>;
