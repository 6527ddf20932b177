/** One valid message for Mailgun. */
export interface MailgunMessage {
  readonly to: string;
  /** What comes back in its webhooks: user variables, and its tags under `o:tag`. */
  readonly args: Readonly<Record<string, string>>;
  readonly test: boolean;
}

const ADDRESS = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;
const MOST_RECIPIENTS = 1_000;

/** The fields of `POST /v3/{domain}/messages`, multipart or urlencoded; undefined for a body that is neither. */
export async function readFields(body: Buffer, contentType: string): Promise<FormData | undefined> {
  try {
    const headers = { 'content-type': contentType };
    return await new Response(new Uint8Array(body), { headers }).formData();
  } catch {
    return undefined;
  }
}

/** The messages, one for each recipient; or what Mailgun says is wrong. */
export function readMessages(fields: FormData): readonly MailgunMessage[] | string {
  const text = (name: string) => fields.getAll(name).filter((value) => typeof value === 'string');
  const to = text('to').flatMap((value) => recipientsIn(value));
  if (to.length === 0 || to.some((address) => !ADDRESS.test(address)))
    return "'to' parameter is not a valid address. please check documentation";
  if (to.length > MOST_RECIPIENTS) return 'a message may have no more than 1000 recipients';
  if (!recipientsIn(text('from')[0] ?? '').every((address) => ADDRESS.test(address)) || !text('from')[0])
    return "'from' parameter is not a valid address. please check documentation";
  if (!text('text')[0] && !text('html')[0])
    return "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified";
  const names = [...new Set([...fields.keys()])].filter((name) => name.startsWith('v:'));
  const variables = Object.fromEntries(names.map((name) => [name.slice(2), text(name)[0] ?? '']));
  const tags = text('o:tag');
  const args = { ...variables, ...(tags.length > 0 ? { 'o:tag': tags.join(',') } : {}) };
  const test = /^(yes|true)$/.test(text('o:testmode')[0] ?? '');
  return to.map((address) => ({ to: address, args, test }));
}

/** As Mailgun reads it: a comma outside quotes begins another recipient. */
const recipientsIn = (text: string): string[] =>
  (text.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []).map((mailbox) => {
    const address = /<([^<>]*)>\s*$/.exec(mailbox)?.[1];
    return (address ?? mailbox).trim();
  });
