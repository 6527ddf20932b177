/** One recipient of a valid request, with what SendGrid will hand back in its webhooks. */
export interface MailRecipient {
  readonly to: string;
  readonly args: Readonly<Record<string, string>>;
}

export interface SendgridError {
  readonly message: string;
  readonly field: string | null;
  readonly help: string | null;
}

export type MailSendReading =
  | { readonly kind: 'valid'; readonly recipients: readonly MailRecipient[]; readonly sandbox: boolean }
  | { readonly kind: 'invalid'; readonly errors: readonly SendgridError[] };

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** One with the word `refused` (`r17+refused@sandbox.test`) is none in SendGrid's eyes, whoever else thinks it is. */
const isAddress = (value: unknown): value is string =>
  isText(value) && /^[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>]+$/.test(value) && !/\+refused[+@]/.test(value);

const MOST_RECIPIENTS = 1_000;
const MOST_ARGUMENT_BYTES = 10_000;
const MOST_SUBSTITUTION_BYTES = 10_000;
const RESERVED_HEADERS =
  /^(x-sg-id|x-sg-eid|received|dkim-signature|content-type|content-transfer-encoding|to|from|subject|reply-to|cc|bcc)$/i;

/** Checks `POST /v3/mail/send` as SendGrid documents it: one error per fault, `field` naming where. */
export function readMailSend(body: unknown): MailSendReading {
  if (!isRecord(body)) return { kind: 'invalid', errors: [{ message: 'Bad Request', field: null, help: null }] };
  const errors = [...senderFaults(body), ...contentFaults(body), ...headerFaults(body), ...personalizationFaults(body)];
  if (errors.length > 0) return { kind: 'invalid', errors };
  const settings = body['mail_settings'];
  const sandbox =
    isRecord(settings) && isRecord(settings['sandbox_mode']) && settings['sandbox_mode']['enable'] === true;
  return { kind: 'valid', recipients: recipientsOf(body), sandbox };
}

const fault = (field: string, message: string): SendgridError => ({ message, field, help: null });

function* senderFaults(body: Json): Iterable<SendgridError> {
  const { from, reply_to: replyTo } = body;
  if (!isRecord(from) || !isAddress(from['email']))
    yield fault('from.email', 'The from email does not contain a valid address.');
  if (replyTo !== undefined && (!isRecord(replyTo) || !isAddress(replyTo['email'])))
    yield fault('reply_to.email', 'The reply_to email does not contain a valid address.');
}

function* contentFaults(body: Json): Iterable<SendgridError> {
  const content = list(body['content']);
  if (content.length === 0 && !isText(body['template_id']))
    yield fault('content', 'Unless a valid template_id is provided, the content parameter is required.');
  for (const [index, part] of content.entries()) {
    if (!isRecord(part) || !isText(part['value']))
      yield fault(`content.${index}.value`, 'The content value must be a string at least one character in length.');
    else if (!isText(part['type'])) yield fault(`content.${index}.type`, 'The content type must be a string.');
  }
  const types = content.map((part) => (isRecord(part) ? part['type'] : undefined));
  if (types.includes('text/plain') && types.indexOf('text/plain') > 0)
    yield fault('content', 'If present, text/plain must be first.');
}

function* headerFaults(body: Json): Iterable<SendgridError> {
  yield* reservedHeaders(body, 'headers');
  for (const [index, one] of list(body['personalizations']).entries())
    yield* reservedHeaders(one, `personalizations.${index}.headers`);
}

function* reservedHeaders(of: unknown, field: string): Iterable<SendgridError> {
  const headers = isRecord(of) && isRecord(of['headers']) ? of['headers'] : {};
  if (Object.keys(headers).some((name) => RESERVED_HEADERS.test(name)))
    yield fault(field, 'A reserved header was used.');
  else if (Object.values(headers).some((value) => typeof value !== 'string'))
    yield fault(field, 'Header values must be strings.');
}

function* personalizationFaults(body: Json): Iterable<SendgridError> {
  const all = list(body['personalizations']);
  if (all.length === 0 || all.length > MOST_RECIPIENTS)
    yield fault('personalizations', 'The personalizations field is required and may hold up to 1000.');
  let recipients = 0;
  const addresses = new Set<string>();
  for (const [index, one] of all.entries()) {
    const at = `personalizations.${index}`;
    const to = isRecord(one) ? list(one['to']) : [];
    recipients += to.length;
    if (to.length === 0) yield fault(`${at}.to`, 'The to array is required for all personalization objects.');
    for (const [i, party] of to.entries())
      if (!isRecord(party) || !isAddress(party['email']))
        yield fault(`${at}.to.${i}.email`, 'Does not contain a valid address.');
      else if (addresses.size === addresses.add(party['email'].toLowerCase()).size)
        yield fault(
          'personalizations',
          'Each unique email address in the personalizations array should only be included once.',
        );
    yield* substitutionFaults(one, at);
    if (!isText(body['subject']) && !(isRecord(one) && isText(one['subject'])) && !isText(body['template_id']))
      yield fault('subject', 'The subject is required.');
    const args = argumentsOf(body, one);
    if (Object.values(args).some((value) => typeof value !== 'string'))
      yield fault(`${at}.custom_args`, 'Custom args must be strings.');
    else if (Buffer.byteLength(JSON.stringify(args)) > MOST_ARGUMENT_BYTES)
      yield fault(`${at}.custom_args`, 'Custom args may not exceed 10000 bytes.');
  }
  if (recipients > MOST_RECIPIENTS) yield fault('personalizations', 'There is a limit of 1000 recipients per request.');
}

function* substitutionFaults(one: unknown, at: string): Iterable<SendgridError> {
  const given = isRecord(one) ? one['substitutions'] : undefined;
  if (given === undefined) return;
  if (!isRecord(given) || Object.values(given).some((value) => typeof value !== 'string'))
    yield fault(`${at}.substitutions`, 'The substitutions must be strings.');
  else if (Buffer.byteLength(Object.entries(given).flat().join('')) > MOST_SUBSTITUTION_BYTES)
    yield fault(`${at}.substitutions`, 'The substitutions may not exceed 10000 bytes.');
}

const argumentsOf = (body: Json, one: unknown): Json => ({
  ...(isRecord(body['custom_args']) ? body['custom_args'] : {}),
  ...(isRecord(one) && isRecord(one['custom_args']) ? one['custom_args'] : {}),
});

function recipientsOf(body: Json): MailRecipient[] {
  return list(body['personalizations']).flatMap((one) => {
    const args = argumentsOf(body, one) as Record<string, string>;
    return list((one as Json)['to']).map((party) => ({ to: String((party as Json)['email']), args }));
  });
}
