/**
 * Why a message can never be handled, however often it is tried: the one list, for code, bus and API. Extend it, never rename.
 * A store that is away, a provider that fails, a race that was lost is none of these and is tried again without limit.
 */
export const POISON_REASONS = {
  malformed_event: 'The bytes are no CloudEvent 1.0 in JSON; the faults name its attributes.',
  unreadable: 'It reads as an event, but its id or source is no Unicode text.',
  invalid_request: 'Fields of the request cannot be used; the faults name them.',
  unknown_reference: 'It refers to a sealed request that is not there.',
  same_id_different_content: 'The same request id came before with other content; the first stands.',
  cannot_be_stored: 'No database can hold what it says.',
  not_a_dispatch: 'It is no dispatch of a delivery.',
  not_a_look_up: 'It asks for no attempt to be looked up.',
  invalid_command: 'It is no command to an outreach.',
  invalid_conversion: 'It is no report of a conversion; the faults name its fields.',
  refused_conversion: 'The conversion cannot be counted; the fault says why.',
  not_a_provider_signal: 'It is no signal of a provider.',
  not_a_transition: 'It is no transition of an outreach.',
  unreadable_inbound: 'Somebody wrote to us, but what ingestion sealed cannot be opened.',
  unreadable_webhook: 'A provider signed it, but parts of it could not be read; the faults name their places.',
} as const satisfies Record<string, string>;

export type PoisonReason = keyof typeof POISON_REASONS;

export const isPoisonReason = (text: string): text is PoisonReason => Object.hasOwn(POISON_REASONS, text);
