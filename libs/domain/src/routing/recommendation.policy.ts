import type { Channel, SelectionFactor } from '@homing/contracts';
import type { SelectChannel } from './selection.command.js';
import type { PlacedChannel } from './channel-order.policy.js';

interface RecommendationRule {
  /** Absent: every channel. */
  readonly channels?: readonly Channel[];
  readonly factor: SelectionFactor;
  /** Holds where the factor is known and its raw value is below this. */
  readonly below: number;
  readonly code: string;
}

/** Messages of a channel before its engagement is called low. */
export const ENOUGH_SENT = 50;

export const RECOMMENDATIONS: readonly RecommendationRule[] = [
  { channels: ['email'], factor: 'device', below: 0.7, code: 'check_on_small_screens' },
  { channels: ['sms', 'whatsapp'], factor: 'device', below: 0.6, code: 'avoid_links_to_open_on_a_phone' },
  { channels: ['email', 'linkedin'], factor: 'urgency', below: 0.6, code: 'add_a_faster_channel' },
  { channels: ['sms', 'whatsapp'], factor: 'urgency', below: 0.5, code: 'add_a_quieter_channel' },
  { channels: ['email', 'linkedin', 'contact_form'], factor: 'timeOfDay', below: 0.7, code: 'prefer_working_hours' },
  {
    channels: ['sms', 'whatsapp', 'instagram', 'facebook', 'twitter'],
    factor: 'timeOfDay',
    below: 0.5,
    code: 'prefer_waking_hours',
  },
  { factor: 'engagement', below: 0.1, code: 'review_content_and_audience' },
];

/** What the recorded inputs suggest for the chosen channel, as codes; nothing where a factor's input is not known. */
export function recommendationsFor(chosen: PlacedChannel | undefined, command: SelectChannel): string[] {
  if (!chosen) return [];
  const { request, inputs } = command;
  const known: Readonly<Record<SelectionFactor, boolean>> = {
    customerType: request.customerType !== undefined,
    engagement: (inputs.engagement?.tenant[chosen.channel]?.sent ?? 0) >= ENOUGH_SENT,
    device: request.device !== undefined,
    urgency: true,
    timeOfDay: inputs.localHour !== undefined,
  };
  return RECOMMENDATIONS.filter(
    ({ channels, factor, below }) =>
      known[factor] && chosen.factors[factor].raw < below && (channels?.includes(chosen.channel) ?? true),
  ).map(({ code }) => code);
}
