/** What the page says, in one language. */
export interface PageWords {
  readonly lang: string;
  readonly title: string;
  readonly question: string;
  readonly button: string;
  readonly done: string;
  readonly strange: string;
  readonly later: string;
}

const WORDS: readonly [PageWords, ...PageWords[]] = [
  {
    lang: 'en',
    title: 'Unsubscribe',
    question: 'Do you want to receive no more email from this sender?',
    button: 'Unsubscribe',
    done: 'Done. You will receive no more email from this sender.',
    strange: 'This link is not complete or not valid. Please open it from the message once more.',
    later: 'That did not work just now. Please try again in a minute.',
  },
  {
    lang: 'de',
    title: 'Abmelden',
    question: 'Möchten Sie von diesem Absender keine E-Mails mehr erhalten?',
    button: 'Abmelden',
    done: 'Erledigt. Sie erhalten von diesem Absender keine E-Mails mehr.',
    strange: 'Dieser Link ist unvollständig oder ungültig. Bitte öffnen Sie ihn noch einmal aus der Nachricht.',
    later: 'Das hat gerade nicht geklappt. Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  {
    lang: 'fr',
    title: 'Se désabonner',
    question: 'Souhaitez-vous ne plus recevoir d’e-mails de cet expéditeur ?',
    button: 'Se désabonner',
    done: 'C’est fait. Vous ne recevrez plus d’e-mails de cet expéditeur.',
    strange: 'Ce lien est incomplet ou non valide. Veuillez l’ouvrir de nouveau depuis le message.',
    later: 'Cela n’a pas fonctionné. Veuillez réessayer dans une minute.',
  },
  {
    lang: 'es',
    title: 'Darse de baja',
    question: '¿Quiere dejar de recibir correos de este remitente?',
    button: 'Darse de baja',
    done: 'Hecho. No recibirá más correos de este remitente.',
    strange: 'Este enlace está incompleto o no es válido. Ábralo de nuevo desde el mensaje.',
    later: 'No ha funcionado. Inténtelo de nuevo dentro de un minuto.',
  },
  {
    lang: 'it',
    title: 'Annulla iscrizione',
    question: 'Vuole non ricevere più e-mail da questo mittente?',
    button: 'Annulla iscrizione',
    done: 'Fatto. Non riceverà più e-mail da questo mittente.',
    strange: 'Questo link è incompleto o non valido. Lo apra di nuovo dal messaggio.',
    later: 'Non ha funzionato. Riprovi tra un minuto.',
  },
  {
    lang: 'pt',
    title: 'Cancelar inscrição',
    question: 'Deseja não receber mais e-mails deste remetente?',
    button: 'Cancelar inscrição',
    done: 'Concluído. Não receberá mais e-mails deste remetente.',
    strange: 'Este link está incompleto ou não é válido. Abra-o novamente a partir da mensagem.',
    later: 'Não funcionou agora. Tente novamente dentro de um minuto.',
  },
  {
    lang: 'nl',
    title: 'Afmelden',
    question: 'Wilt u geen e-mail meer ontvangen van deze afzender?',
    button: 'Afmelden',
    done: 'Gelukt. U ontvangt geen e-mail meer van deze afzender.',
    strange: 'Deze link is onvolledig of ongeldig. Open hem nog eens vanuit het bericht.',
    later: 'Dat lukte nu niet. Probeer het over een minuut opnieuw.',
  },
];

/** In the first language of `Accept-Language` that the page speaks; else English. */
export function wordsFor(acceptLanguage: string | undefined): PageWords {
  const wanted = (acceptLanguage ?? '').slice(0, 200).split(',');
  for (const each of wanted) {
    const lang = each.trim().slice(0, 2).toLowerCase();
    const words = WORDS.find((known) => known.lang === lang);
    if (words) return words;
  }
  return WORDS[0];
}
