/** What a whole message may say in one word, as carriers and people use it. */
export type Keyword = 'stop' | 'start' | 'help';

/**
 * English and ARRET are those that Twilio and AWS honour by default; the other languages are our own list: the words a person would
 * write in answer to a message that offers to stop. Spelled as {@link folded} spells.
 */
const STOP = [
  ...['stop', 'stopall', 'stop all', 'unsubscribe', 'unsubscribe me', 'cancel', 'end', 'quit', 'revoke'],
  ...['optout', 'opt out', 'remove', 'remove me', 'stop please', 'please stop'],
  ...['arret', 'arreter', 'stop sms', 'desabonner', 'se desabonner', 'desabonnement', 'desinscription', 'desinscrire'],
  ...['stopp', 'abmelden', 'abmeldung', 'abbestellen', 'austragen', 'keine werbung'],
  ...['baja', 'darse de baja', 'alto', 'parar', 'cancelar', 'detener', 'no molestar', 'cancelar suscripcion'],
  ...['cancella', 'cancellami', 'disiscrivi', 'disiscrivimi', 'annulla', 'annulla iscrizione', 'basta'],
  ...['sair', 'pare', 'remover', 'descadastrar', 'cancelar inscricao', 'cancelar subscricao'],
  ...['stoppen', 'afmelden', 'uitschrijven', 'opzeggen'],
];
const START = ['start', 'unstop', 'optin', 'opt in', 'resubscribe', 'subscribe'];
/** Means START only from somebody who had said STOP: to everybody else it is an answer. */
const YES = ['yes'];
const HELP = ['help', 'info', 'hilfe', 'aide', 'ayuda', 'aiuto', 'ajuda'];

const words = new Map<string, Keyword | 'yes'>([
  ...STOP.map((word) => [word, 'stop'] as const),
  ...START.map((word) => [word, 'start'] as const),
  ...YES.map((word) => [word, 'yes'] as const),
  ...HELP.map((word) => [word, 'help'] as const),
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
  if (message === undefined || message.length > LONGEST) return undefined;
  const found = words.get(folded(message));
  return found === 'yes' ? (sender.unsubscribed ? 'start' : undefined) : found;
}

/** Lower case, without accents; everything but letters and digits is one blank, none at the ends. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
