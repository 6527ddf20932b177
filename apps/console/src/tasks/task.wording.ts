import type { AssistedText } from '@homing/contracts';
import type { AssistedTask, TaskResult } from '../api/api.types.js';
import { relative, sentence, words } from '../parts/wording.js';

const REASONS: Readonly<Record<string, string>> = {
  partners_only: 'LinkedIn lets nobody send by machine without a partner’s token.',
  invitation_by_hand: 'An invitation to connect is sent by hand: there is no call for it.',
  member_urn_unknown: 'The person is known by the address of a profile only.',
  captcha: 'The form asks for a proof that a person fills it in.',
  robots: 'The site asks machines to stay away.',
  terms: 'The form’s terms want no machine, or no advertising: read them first.',
  consent_needed: 'The form asks to agree to something: a person is to decide that.',
  field_unknown: 'The form asks for something that is not known.',
  form_not_found: 'No form was found on the page.',
  site_refuses_machines: 'The site turns machines away.',
};

/** Why a person is asked. */
export const whyByHand = (reason: string): string => REASONS[reason] ?? `${sentence(reason)}.`;

/** What somebody may choose from when a message could not be sent: a code that is kept, and its words. */
export const COULD_NOT = [
  ['not_found', 'The profile or the form is not there'],
  ['wrong_person', 'It is somebody else'],
  ['not_connected', 'They take no messages from us'],
  ['site_refused', 'The site did not take it'],
  ['should_not', 'It should not be sent'],
  ['other', 'Something else'],
] as const;

/** Where to send it, as a link: web addresses only, whatever else an address may begin with. */
export function linkOf({ to }: Pick<AssistedText, 'to'>): string | undefined {
  try {
    const { protocol, href } = new URL(to.address);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/** What is to be done, in words. */
export function whatToDo({ channel, approach }: Pick<AssistedText, 'channel' | 'approach'>): string {
  if (channel === 'contact_form') return 'Fill in the form on this page with the text below';
  if (approach === 'connection_request') return 'Ask this person to connect, with the text below as the note';
  return `Send this person the text below by ${words(channel)}`;
}

/** Who has it in hand, seen from the tab of `worker`; undefined when nobody has. */
export function inHand(
  { state, worker, claimedUntil }: Pick<AssistedTask, 'state' | 'worker' | 'claimedUntil'>,
  own: string,
  now: number,
): string | undefined {
  if (state !== 'open' || worker === undefined || claimedUntil === undefined) return undefined;
  if (Date.parse(claimedUntil) <= now) return undefined;
  if (worker === own) return 'In your hands';
  return `In somebody else’s hands; free ${relative(claimedUntil, now)} at the latest`;
}

/** What a word about a task led to. */
export function saidSo({ state, despite }: TaskResult): string {
  if (state !== 'sent') return 'Noted: it was not sent. What was to follow goes on.';
  if (despite === undefined) return 'Noted as sent.';
  return `Noted as sent, although nobody was to send it any more (${words(despite)}).`;
}
