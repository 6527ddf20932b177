import type { SendResult } from '@homing/channels';
import type { Channel } from '@homing/contracts';
import {
  chooseProvider,
  hasStandIn,
  noteCall,
  trialBegun,
  unseenProvider,
  wasNeverCalled,
  weighSpeeds,
  type CallVerdict,
  type ChannelProviders,
  type ProviderChoice,
  type ProviderHealth,
} from '@homing/domain';
import type { Timing } from '@homing/service-kit';
import { noteStanding } from './rota.metrics.js';

/** What matters for who is to send a message. */
export interface RotaQuestion {
  readonly channel: Channel;
  /** As the decision planned it; of a channel that names no provider here it is the answer. */
  readonly planned: string;
  readonly last?: string | undefined;
  readonly refusedBy?: string | undefined;
}

/** One call to a provider, in the time of the rota's clock. */
export interface HeardCall {
  readonly channel: Channel;
  readonly provider: string;
  readonly result: SendResult;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A provider that is held back from now on, or is back. */
export interface StandingChange {
  readonly channel: Channel;
  readonly provider: string;
  readonly standing: ProviderHealth['standing'];
  readonly before: ProviderHealth['standing']['kind'];
}

export interface RotaParts {
  readonly providers: ChannelProviders;
  readonly timing: Pick<Timing, 'monotonic' | 'random'>;
  /** Default: nobody is told. */
  readonly onChange?: (change: StandingChange) => void;
}

/** How long a provider is left alone that has enough and does not say for how long, in milliseconds. */
const REST_MS = 5_000;

/** Who sends, of the providers of each channel; by what this process has seen of them. */
export class ProviderRota {
  readonly #healths = new Map<Channel, ReadonlyMap<string, ProviderHealth>>();

  constructor(private readonly parts: RotaParts) {
    for (const [channel, keys] of parts.providers) {
      this.#healths.set(channel, new Map(keys.map((key) => [key, unseenProvider])));
      for (const provider of keys) noteStanding({ channel, provider, standing: unseenProvider.standing });
    }
  }

  /** The providers of a channel, the preferred one first. */
  of(channel: Channel): readonly string[] {
    return this.parts.providers.get(channel) ?? [];
  }

  /** Every choice of a provider is followed by a call to it, or by nothing: a trial that nobody makes is made by another later. */
  choose({ channel, planned, last, refusedBy }: RotaQuestion): ProviderChoice {
    const providers = this.of(channel);
    if (providers.length === 0) return { kind: 'provider', key: planned, trial: false };
    const { timing } = this.parts;
    const now = timing.monotonic();
    const healths = this.#of(channel);
    const choice = chooseProvider({ providers, healths, last, refusedBy, now, draw: timing.random() });
    if (choice.kind === 'provider' && choice.trial) {
      const health = healths.get(choice.key) ?? unseenProvider;
      this.#healths.set(channel, new Map([...healths, [choice.key, trialBegun(health, now)]]));
    }
    return choice;
  }

  /** Learns from a call. */
  note({ channel, provider, result, startedAt, endedAt }: HeardCall): void {
    const before = this.#of(channel);
    const health = before.get(provider);
    const verdict = verdictOn(result);
    // One that is in the channel's list no more is not chosen either.
    if (!health || !verdict) return;
    const noted = new Map([...before, [provider, noteCall(health, { verdict, startedAt, endedAt })]]);
    const after = weighSpeeds(noted, endedAt);
    this.#healths.set(channel, after);
    for (const [key, { standing }] of after) {
      const was = before.get(key)?.standing;
      if (!was || was === standing) continue;
      noteStanding({ channel, provider: key, standing });
      if (was.kind !== standing.kind) this.parts.onChange?.({ channel, provider: key, standing, before: was.kind });
    }
  }

  /** True where another provider could be given at once what this one has just refused. */
  hasStandIn(channel: Channel, refusedBy: string): boolean {
    const now = this.parts.timing.monotonic();
    return hasStandIn({ providers: this.of(channel), healths: this.#of(channel), now }, refusedBy);
  }

  /** Providers that take less than is meant for them, as `sms:twilio stopped`; for operators. */
  unwell(): string[] {
    return [...this.#healths].flatMap(([channel, healths]) =>
      [...healths].flatMap(([key, { standing }]) => {
        const why = standing.kind === 'stopped' ? ` (${standing.cause})` : '';
        return standing.kind === 'healthy' ? [] : [`${channel}:${key} ${standing.kind}${why}`];
      }),
    );
  }

  #of(channel: Channel): ReadonlyMap<string, ProviderHealth> {
    return this.#healths.get(channel) ?? new Map();
  }
}

/** The account may not send as this one sender, whom a tenant chose: no reason to hold back everybody else's messages. */
const SENDER_REFUSED = 'sender_not_verified';

/** Undefined: it says nothing of the provider. */
function verdictOn(result: SendResult): CallVerdict | undefined {
  switch (result.kind) {
    case 'accepted':
    case 'assisted':
      return { kind: 'good' };
    case 'unknown':
      return { kind: 'bad' };
    case 'rejected':
      switch (result.class) {
        case 'permanent':
        case 'suppressed':
          return { kind: 'good' };
        case 'auth':
          return { kind: result.code === SENDER_REFUSED ? 'good' : 'auth' };
        case 'throttled': {
          const { retryAfterSeconds } = result;
          const retryAfterMs = retryAfterSeconds === undefined ? REST_MS : retryAfterSeconds * 1_000;
          return { kind: 'throttled', retryAfterMs };
        }
        case 'retryable':
          return wasNeverCalled(result.code) ? undefined : { kind: 'bad' };
      }
  }
}
