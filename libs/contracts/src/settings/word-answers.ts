/** What one-word messages ask for. */
export const ANSWERED_WORDS = ['stop', 'start', 'help'] as const;
export type AnsweredWord = (typeof ANSWERED_WORDS)[number];

export const ANSWER_LANGUAGES = ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl'] as const;
export type AnswerLanguage = (typeof ANSWER_LANGUAGES)[number];

/** Channels on which a word is answered: an email's sender can be made up by anybody, and gets no answer. */
export const ANSWERING_CHANNELS = ['sms', 'whatsapp'] as const;

/** Providers that answer these words themselves: Twilio's own opt-out handling does unless it was switched off. */
export const ANSWERING_PROVIDERS: readonly string[] = ['twilio', 'twilio_whatsapp'];

/** Which words are answered, and what the answers say of the sender. */
export interface WordAnswers {
  /** Product default: none. */
  readonly words?: readonly AnsweredWord[];
  /** Who writes, as people know them. Default: the company of the tenant's branding, else its sender's name, else its own. */
  readonly sender?: string;
  /** How somebody is reached who needs help: an address, a number, a page. Without it a call for help is not answered. */
  readonly contact?: string;
  /** Of words that belong to no language, such as STOP and START. Default `en`. */
  readonly language?: AnswerLanguage;
  /** Providers that answer by themselves, so that Homing does not. Default {@link ANSWERING_PROVIDERS}. */
  readonly answeredBy?: readonly string[];
}
