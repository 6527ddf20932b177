export type TwilioForm = Readonly<Record<string, string>>;

/** A message as it was asked for, or Twilio's number and sentence for why not. */
export type MessageReading =
  | {
      readonly kind: 'valid';
      readonly whatsapp: boolean;
      readonly to: string;
      /** A number or a messaging service. */
      readonly from: string;
      readonly callback: string | undefined;
    }
  | { readonly kind: 'invalid'; readonly code: number; readonly message: string };

const invalid = (code: number, message: string): MessageReading => ({ kind: 'invalid', code, message });
const E164 = /^\+[1-9]\d{6,14}$/;
const WHATSAPP = /^whatsapp:/;

/** Twilio's magic numbers for tests, and what sending to them answers. */
const MAGIC: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21211, "Invalid 'To' Phone Number"],
  '+15005550002': [21612, 'The To phone number is not currently reachable'],
  '+15005550003': [21408, 'Permission to send an SMS has not been enabled for the region'],
  '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, 'To number is not a valid mobile number'],
};

export function readMessage(form: TwilioForm): MessageReading {
  const whatsapp = WHATSAPP.test(form['To'] ?? '');
  const to = (form['To'] ?? '').replace(WHATSAPP, '');
  const from = form['MessagingServiceSid'] ?? (form['From'] ?? '').replace(WHATSAPP, '');
  if (!E164.test(to)) return invalid(21211, "Invalid 'To' Phone Number");
  const magic = MAGIC[to];
  if (magic) return invalid(...magic);
  if (from === '') return invalid(21603, "A 'From' phone number is required");
  if (whatsapp && form['From'] !== undefined && !WHATSAPP.test(form['From']))
    return invalid(63007, 'Twilio could not find a Channel with the specified From address');
  const { Body: body, ContentSid: content, ContentVariables: variables } = form;
  if (!body && !content) return invalid(21602, 'Message body is required');
  if ((body ?? '').length > 1_600)
    return invalid(21617, 'The concatenated message body exceeds the 1600 character limit');
  if (content !== undefined && !/^HX[0-9a-f]{32}$/.test(content)) return invalid(21655, 'The ContentSid is invalid');
  if (variables !== undefined && !isJsonObject(variables)) return invalid(21656, 'The ContentVariables are invalid');
  const callback = form['StatusCallback'];
  if (callback !== undefined && !URL.canParse(callback)) return invalid(21609, "Invalid 'StatusCallback' URL");
  return { kind: 'valid', whatsapp, to, from, callback };
}

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
