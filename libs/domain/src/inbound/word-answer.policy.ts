import {
  ANSWERING_CHANNELS,
  ANSWERING_PROVIDERS,
  type AnsweredWord,
  type AnswerLanguage,
  type Channel,
  type InboundClass,
  type InboundItem,
  type OutreachRequested,
  type WordAnswers,
} from '@homing/contracts';
import { languageOfWord } from './keyword.policy.js';

/** One word that somebody wrote, and what the tenant says of such. */
export interface WrittenWord {
  readonly item: Pick<InboundItem, 'channel' | 'text' | 'keyword' | 'provider'>;
  readonly kind: InboundClass;
  readonly settings: WordAnswers;
  /** Who writes where the settings name nobody. */
  readonly sender: string;
}

export interface WordAnswer {
  readonly answers: AnsweredWord;
  readonly text: string;
}

const WORD_OF: Readonly<Partial<Record<InboundClass, AnsweredWord>>> = {
  opt_out: 'stop',
  opt_in: 'start',
  help: 'help',
};

/** What is answered to a word; undefined: nothing. */
export function answerToWord({ item, kind, settings, sender }: WrittenWord): WordAnswer | undefined {
  const answers = WORD_OF[kind];
  if (!answers || !settings.words?.includes(answers) || !isAnsweredOn(item.channel)) return undefined;
  // A word that the provider recognised it has answered as well.
  if (item.keyword !== undefined || (settings.answeredBy ?? ANSWERING_PROVIDERS).includes(item.provider))
    return undefined;
  const { contact: help = '' } = settings;
  if (answers === 'help' && help === '') return undefined;
  const language = languageOfWord(item.text) ?? settings.language ?? 'en';
  const said = TEXTS[language][answers].replace('{contact}', () => help);
  return { answers, text: `${settings.sender ?? sender}: ${said}` };
}

const isAnsweredOn = (channel: Channel): boolean => (ANSWERING_CHANNELS as readonly Channel[]).includes(channel);

/**
 * What a message goes to in spite of: the one confirmation of an opt-out goes to who opted out, and to nobody who is held back for
 * anything else. Everything else goes to nobody who is held back.
 */
export const despiteOf = ({ answers }: Pick<OutreachRequested, 'answers'>): { readonly despite?: 'unsubscribe' } =>
  answers === 'stop' ? { despite: 'unsubscribe' } : {};

/** In letters of GSM-7, so that an answer is one message of the short kind. */
const TEXTS: Readonly<Record<AnswerLanguage, Readonly<Record<AnsweredWord, string>>>> = {
  en: {
    stop: 'You are unsubscribed and will get no more messages. Reply START to get them again.',
    start: 'You are subscribed again. Reply STOP to get no more messages.',
    help: 'For help: {contact}. Reply STOP to get no more messages.',
  },
  fr: {
    stop: "C'est noté : vous ne recevrez plus de messages. Répondez START pour les recevoir de nouveau.",
    start: 'Vous recevrez de nouveau nos messages. Répondez STOP pour ne plus en recevoir.',
    help: 'Pour nous joindre : {contact}. Répondez STOP pour ne plus recevoir de messages.',
  },
  de: {
    stop: 'Sie sind abgemeldet und erhalten keine Nachrichten mehr. Mit START melden Sie sich wieder an.',
    start: 'Sie sind wieder angemeldet. Mit STOP erhalten Sie keine Nachrichten mehr.',
    help: 'Hilfe: {contact}. Mit STOP erhalten Sie keine Nachrichten mehr.',
  },
  es: {
    stop: 'Baja confirmada: ya no le enviaremos mensajes. Responda START para volver a recibirlos.',
    start: 'Alta confirmada: vuelve a recibir mensajes. Responda STOP para dejar de recibirlos.',
    help: 'Ayuda: {contact}. Responda STOP para dejar de recibir mensajes.',
  },
  it: {
    stop: 'Iscrizione annullata: non riceverà altri messaggi. Risponda START per riceverli di nuovo.',
    start: 'Iscrizione confermata: riceverà di nuovo i messaggi. Risponda STOP per non riceverne altri.',
    help: 'Aiuto: {contact}. Risponda STOP per non ricevere altri messaggi.',
  },
  pt: {
    stop: 'Cancelamento confirmado: deixaremos de enviar mensagens. Responda START para voltar a receber.',
    start: 'Inscrito de novo: voltamos a enviar mensagens. Responda STOP para deixar de receber.',
    help: 'Ajuda: {contact}. Responda STOP para deixar de receber mensagens.',
  },
  nl: {
    stop: 'U bent afgemeld en krijgt geen berichten meer. Antwoord START om ze weer te krijgen.',
    start: 'U bent weer aangemeld. Antwoord STOP om geen berichten meer te krijgen.',
    help: 'Hulp: {contact}. Antwoord STOP om geen berichten meer te krijgen.',
  },
};
