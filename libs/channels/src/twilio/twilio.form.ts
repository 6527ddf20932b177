/** The fields of a form; one that stands there several times has all its values. */
export type FormFields = Readonly<Record<string, string | string[]>>;

/** Twilio has some dozens. A stranger's form is read before it is refused, and must not take long. */
const MOST_FIELDS = 1_000;

/**
 * The form in these bytes, as it was signed: names are taken literally (`a[b]` is a name). Undefined where the bytes are no UTF-8:
 * two such bodies would read alike; and beyond {@link MOST_FIELDS}.
 */
export function formOf(rawBody: Uint8Array): FormFields | undefined {
  const text = Buffer.from(rawBody).toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(rawBody) || text.startsWith('?')) return undefined;
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return undefined;
  const form = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = form[name];
    if (Array.isArray(before)) before.push(value);
    else form[name] = before === undefined ? value : [before, value];
  }
  return form;
}
