import type { AnswerLanguage } from '@homing/contracts';

/** What a whole message may say in one word, as carriers and people use it. */
export type Keyword = 'stop' | 'start' | 'help';

type Words = Readonly<Partial<Record<AnswerLanguage | 'any', readonly string[]>>>;

/**
 * English and ARRET are those that Twilio and AWS honour by default; the other languages are our own list: the words a person would
 * write in answer to a message that offers to stop. Spelled as {@link folded} spells. `any`: written in every language.
 */
const STOP: Words = {
  any: ['stop', 'stopall', 'stop all'],
  en: [
    ...['unsubscribe', 'unsubscribe me', 'cancel', 'end', 'quit', 'revoke'],
    ...['optout', 'opt out', 'remove', 'remove me', 'stop please', 'please stop'],
  ],
  fr: [
    ...['arret', 'arreter', 'stop sms', 'desabonner', 'se desabonner', 'desabonnement', 'desinscription'],
    ...['desinscrire'],
  ],
  de: ['stopp', 'abmelden', 'abmeldung', 'abbestellen', 'austragen', 'keine werbung'],
  es: ['baja', 'darse de baja', 'alto', 'parar', 'cancelar', 'detener', 'no molestar', 'cancelar suscripcion'],
  it: ['cancella', 'cancellami', 'disiscrivi', 'disiscrivimi', 'annulla', 'annulla iscrizione', 'basta'],
  pt: ['sair', 'pare', 'remover', 'descadastrar', 'cancelar inscricao', 'cancelar subscricao'],
  nl: ['stoppen', 'afmelden', 'uitschrijven', 'opzeggen'],
};
const START: Words = {
  any: ['start', 'unstop'],
  en: ['optin', 'opt in', 'resubscribe', 'subscribe'],
};
/** Means START only from somebody who had said STOP: to everybody else it is an answer. */
const YES: Words = { en: ['yes'] };
const HELP: Words = {
  any: ['info'],
  en: ['help'],
  ...{ fr: ['aide'], de: ['hilfe'], es: ['ayuda'], it: ['aiuto'], pt: ['ajuda'] },
};

interface Word {
  readonly says: Keyword | 'yes';
  /** Absent: of none. */
  readonly language?: AnswerLanguage;
}

const listed = (words: Words, says: Word['says']): [string, Word][] =>
  Object.entries(words).flatMap(([language, of]) =>
    of.map((word): [string, Word] => [
      word,
      { says, ...(language === 'any' ? {} : { language: language as AnswerLanguage }) },
    ]),
  );

const words = new Map<string, Word>([
  ...listed(STOP, 'stop'),
  ...listed(START, 'start'),
  ...listed(YES, 'yes'),
  ...listed(HELP, 'help'),
]);

/** Longer messages are none of these; nobody folds a novel. */
const LONGEST = 60;

/**
 * The one thing that a message says, if it says nothing else: the WHOLE message, without regard to case, accents, punctuation and
 * blanks. "Stop by tomorrow" and "please do not stop" say something else. `unsubscribed`: whether the sender had said STOP before.
 */
export function keywordOf(
  message: string | undefined,
  sender: { readonly unsubscribed: boolean },
): Keyword | undefined {
  const found = wordOf(message)?.says;
  return found === 'yes' ? (sender.unsubscribed ? 'start' : undefined) : found;
}

/** The language of the word that a message is; undefined: it is none, or one that is written in every language. */
export const languageOfWord = (message: string | undefined): AnswerLanguage | undefined => wordOf(message)?.language;

const wordOf = (message: string | undefined): Word | undefined =>
  message === undefined || message.length > LONGEST ? undefined : words.get(folded(message));

/** Lower case, without accents; everything but letters and digits is one blank, none at the ends. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
