import { companyOf, type ChannelProvider, type OutboundMessage } from '@homing/channels';
import type { ProviderAnswer } from '@homing/domain';
import type { CollectorTimers } from '@homing/messaging';
import type { Timing } from '@homing/service-kit';
import { detached } from '@homing/service-kit/telemetry';
import type { ProviderRota } from '../choose-provider/provider.rota.js';
import { callProvider } from '../send-delivery/provider.call.js';
import { callForMany } from './call.for-many.js';
import { travellers } from './together.metrics.js';

/** Longest wait for company in milliseconds, and only while others are on their way. */
export const COMPANY_MS = 5;

/** One message that is cleared to be sent. */
export interface Traveller {
  readonly provider: ChannelProvider;
  readonly message: OutboundMessage;
  /** By the monotonic clock: the call must be over by then. */
  readonly end: number;
  /** By the monotonic clock: no call for it may start later without another check. */
  readonly clearUntil: number;
}

/**
 * What became of one message of a shared call. `too_late`: its check was too old when the call started, nobody was called for it.
 * `sent_back`: the provider has none of the call, and not for this message's sake; `again`: it may go in company once more.
 */
export type SharedAnswer =
  ProviderAnswer | { readonly kind: 'too_late' } | { readonly kind: 'sent_back'; readonly again: boolean };

/** A message that is being claimed; `leave` (any number of times): it waits for its call, or needs none. */
export interface OnTheWay {
  leave(): void;
}

export interface SharedCallsParts {
  readonly timing: Pick<Timing, 'deadline' | 'monotonic'>;
  /** Learns from each call. Default: nobody does. */
  readonly rota?: Pick<ProviderRota, 'note'>;
  /** Default: this process's. */
  readonly timers?: CollectorTimers;
}

interface Waiting {
  readonly traveller: Traveller;
  readonly answer: (answer: SharedAnswer | Promise<SharedAnswer>) => void;
}
interface Company {
  readonly provider: ChannelProvider;
  readonly waiting: Waiting[];
  readonly cancel: () => void;
}

/**
 * Calls that several messages share: those of one provider and one company (`companyOf`) that are ready at about the same time. A
 * message waits for others only while some are being claimed, and at most `COMPANY_MS`; alone it is sent as it would be without all this.
 */
export class SharedCalls {
  readonly #companies = new Map<string, Company>();
  readonly #coming = new Map<string, number>();

  constructor(private readonly parts: SharedCallsParts) {}

  takes({ sendMany, capabilities }: ChannelProvider): boolean {
    return sendMany !== undefined && capabilities.batch !== false && capabilities.batch > 1;
  }

  /** Says that a message for this provider is on its way. Undefined: nobody need know, it will have a call of its own. */
  expect(sender: ChannelProvider): OnTheWay | undefined {
    if (!this.takes(sender)) return undefined;
    const provider = sender.key;
    this.#coming.set(provider, this.#comingTo(provider) + 1);
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#coming.set(provider, this.#comingTo(provider) - 1);
      if (this.#comingTo(provider) > 0) return;
      this.#coming.delete(provider);
      for (const [key, company] of this.#companies) if (company.provider.key === provider) this.#go(key);
    };
    return { leave };
  }

  join(traveller: Traveller): Promise<SharedAnswer> {
    const { provider, message } = traveller;
    const key = `${provider.key} ${companyOf(message)}`;
    return new Promise<SharedAnswer>((answer) => {
      const company = this.#companies.get(key) ?? this.#open(key, provider);
      company.waiting.push({ traveller, answer });
      if (company.waiting.length >= Number(provider.capabilities.batch)) this.#go(key);
    });
  }

  #comingTo(provider: string): number {
    return this.#coming.get(provider) ?? 0;
  }

  #open(key: string, provider: ChannelProvider): Company {
    const { timers = realTimers } = this.parts;
    const cancel = timers.after(this.#comingTo(provider.key) > 1 ? COMPANY_MS : 0, () => this.#go(key));
    const company: Company = { provider, waiting: [], cancel };
    this.#companies.set(key, company);
    return company;
  }

  /** Everything up to the call happens at once, so that who is cleared now is cleared when it starts. */
  #go(key: string): void {
    const company = this.#companies.get(key);
    if (!company) return;
    this.#companies.delete(key);
    company.cancel();
    const now = this.parts.timing.monotonic();
    const inTime = ({ traveller: { clearUntil, end } }: Waiting): boolean => now <= clearUntil && end - now >= 1;
    for (const late of company.waiting) if (!inTime(late)) late.answer({ kind: 'too_late' });
    const going = company.waiting.filter(inTime);
    if (going.length > 0) void detached(() => this.#call(company.provider, going, now));
  }

  async #call(provider: ChannelProvider, going: readonly Waiting[], now: number): Promise<void> {
    travellers.observe(going.length, { provider: provider.key, channel: provider.channel });
    const { timing, rota } = this.parts;
    const leftMs = Math.min(...going.map(({ traveller }) => traveller.end)) - now;
    const messages = going.map(({ traveller }) => traveller.message);
    const [only] = messages;
    const answers =
      messages.length === 1 && only
        ? callProvider(provider, only, { leftMs, timing, rota }).then((answer) => [answer])
        : callForMany(provider, messages, { leftMs, timing, rota });
    going.forEach(({ answer }, at) =>
      answer(answers.then((all): SharedAnswer => all[at] ?? { kind: 'unknown', reason: 'ambiguous_answer' })),
    );
    await answers.catch(() => undefined);
  }
}

const realTimers: Pick<CollectorTimers, 'after'> = {
  after(ms, run) {
    if (ms === 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
