import type { OutboundMessage } from '../channel.provider.js';
import type { FormField, Page, PageForm } from './form.reader.js';

/** `assist`: it is there, and a person has to do it; `code` says why. */
export type Filled =
  | { readonly kind: 'filled'; readonly form: PageForm; readonly entries: readonly (readonly [string, string])[] }
  | { readonly kind: 'assist'; readonly code: AssistCode };

export type AssistCode =
  | 'form_not_found'
  | 'captcha'
  | 'terms'
  | 'consent_needed'
  | 'field_unknown'
  | 'form_method'
  | 'form_encoding'
  | 'sender_missing';

type Meaning = 'name' | 'first_name' | 'last_name' | 'email' | 'subject' | 'message' | 'company' | 'trap';

/** Names that no person is asked for on a contact form and machines fill in all the same. */
const TRAP =
  /(^|[\s_[\]-])(url|website|web_site|homepage|site_url|fax|faxnumber|honey\w*|hp_?\w*|pot|bot\w*|leave[_ -]?\w*blank|nickname2|email2|confirm_?address)($|[\s_[\]-])/;

/** In the order in which they are tried: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish. */
const WORDS: readonly (readonly [Meaning, RegExp])[] = [
  ['email', /e-?mail|courriel|correo|posta elettronica|adres e-?mail/],
  ['subject', /subject|betreff|sujet|objet|asunto|oggetto|assunto|onderwerp|temat/],
  [
    'message',
    /message|nachricht|mitteilung|anliegen|mensaje|messaggio|mensagem|bericht|wiadomo|comment|kommentar|commentaire|enquiry|inquiry|anfrage|question|frage|\bbody\b|\btext\b/,
  ],
  ['first_name', /first.?name|given.?name|vorname|pr[eé]nom|nombre de pila|\bnome proprio|voornaam|imi[eę]|fname/],
  [
    'last_name',
    /last.?name|sur.?name|family.?name|nachname|nom de famille|apellido|cognome|sobrenome|achternaam|nazwisko|lname/,
  ],
  ['company', /company|organi[sz]ation|firma|unternehmen|soci[eé]t[eé]|entreprise|empresa|azienda|bedrijf/],
  ['name', /\bname\b|full.?name|your.?name|ihr.?name|\bnom\b|nombre|\bnome\b|naam|nazwa/],
];

const AUTOCOMPLETE: Readonly<Record<string, Meaning>> = {
  name: 'name',
  'given-name': 'first_name',
  'family-name': 'last_name',
  email: 'email',
  organization: 'company',
};

const SILENT: ReadonlySet<string> = new Set(['submit', 'button', 'reset', 'image']);
const WRITABLE: ReadonlySet<string> = new Set(['text', 'email', 'textarea', 'search']);
const NO_SOLICITING =
  /no (automated|unsolicited) (messages|submissions|enquiries)|no (bots|solicit)|(do not|don't) use this form (for|to) (advert|market|sales)|keine (werbung|automatisierten)|kein(e)? spam|pas de (d[eé]marchage|publicit[eé])/i;

/** Finds the form that is for writing to the site, and fills it in as its fields are called. What a person does not see stays as it is. */
export function fillForm(page: Page, message: OutboundMessage): Filled {
  const form = page.forms.find(isForWriting);
  const assist = (code: AssistCode): Filled => ({ kind: 'assist', code });
  if (!form) return assist(page.captcha && page.forms.length === 0 ? 'captcha' : 'form_not_found');
  if (form.captcha || page.captcha) return assist('captcha');
  if (NO_SOLICITING.test(page.text)) return assist('terms');
  if (form.method !== 'post' || form.action === '') return assist('form_method');
  if (form.encoding !== URLENCODED && form.encoding !== MULTIPART) return assist('form_encoding');
  // Who wrote and how to answer must stand in it: an address of ours that takes answers.
  const said = wordsFor(message);
  if (said.email === '') return assist('sender_missing');
  const entries: (readonly [string, string])[] = [];
  let submitted = false;
  for (const field of form.fields) {
    const filled = valueFor(field, said);
    if (filled === 'consent') return assist('consent_needed');
    if (filled === 'unknown') return assist('field_unknown');
    if (filled === undefined) {
      if (submitted || field.type !== 'submit' || field.value === '') continue;
      submitted = true;
      entries.push([field.name, field.value]);
    } else entries.push([field.name, filled.value]);
  }
  return { kind: 'filled', form, entries };
}

export const URLENCODED = 'application/x-www-form-urlencoded';
export const MULTIPART = 'multipart/form-data';

/** Somewhere to write and an address to answer to; neither a log-in nor a search nor a newsletter. */
const isForWriting = ({ fields }: PageForm): boolean => {
  const seen = fields.filter(({ outOfSight }) => !outOfSight);
  if (seen.some(({ type }) => type === 'password')) return false;
  const meanings = seen.map(meaningOf);
  return meanings.includes('message') && meanings.includes('email');
};

function meaningOf(field: FormField): Meaning | undefined {
  if (field.outOfSight || (TRAP.test(field.name.toLowerCase()) && !field.required)) return 'trap';
  if (!WRITABLE.has(field.type)) return undefined;
  if (field.type === 'email') return 'email';
  const stated = AUTOCOMPLETE[field.autocomplete.split(' ').at(-1) ?? ''];
  if (stated) return stated;
  if (field.type === 'textarea') return 'message';
  return WORDS.find(([, words]) => words.test(field.called))?.[0];
}

type Words = Readonly<Record<Exclude<Meaning, 'trap'>, string>>;

function wordsFor({ from, replyTo, subject, text }: OutboundMessage): Words {
  const name = from.name ?? '';
  const [first = '', ...rest] = name.split(' ');
  const email = replyTo?.address ?? (from.address.includes('@') ? from.address : '');
  return {
    name: name || email,
    first_name: first || email,
    last_name: rest.join(' ') || name || email,
    email,
    subject: subject ?? firstLine(text),
    message: text,
    company: name,
  };
}

const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 100);

/** Undefined: nothing is sent of it. */
function valueFor(field: FormField, said: Words): { readonly value: string } | 'consent' | 'unknown' | undefined {
  if (field.type === 'hidden') return { value: field.value };
  if (SILENT.has(field.type)) return undefined;
  const ticked = field.type === 'checkbox' || field.type === 'radio';
  // A trap is left as a browser would leave it: boxes unticked, the rest with what was in it.
  if (meaningOf(field) === 'trap') return ticked ? undefined : { value: field.value };
  // Nobody agrees to anything in a person's name.
  if (ticked) return field.required ? 'consent' : undefined;
  if (field.type === 'select') return field.required && field.value === '' ? 'unknown' : { value: field.value };
  const meaning = meaningOf(field);
  if (meaning !== undefined && meaning !== 'trap') return { value: said[meaning] };
  if (field.type === 'file') return field.required ? 'unknown' : undefined;
  return field.required ? 'unknown' : { value: field.value };
}
