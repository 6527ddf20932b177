import type { PendingEvent } from '../webhooks/webhook.outbox.js';

const BORDER = 'xYzZY';
export const PARSE_TYPE = `multipart/form-data; boundary=${BORDER}`;

/** What Inbound Parse posts of the person's answer: a form, its words in the charset it states. */
export function parseBody({ line, step }: PendingEvent): Buffer {
  const from = `A Reader <${line.to}>`;
  const domain = line.to.split('@')[1] ?? '';
  const headers = [
    `From: ${from}`,
    `Message-ID: <reply-${line.n}@${domain}>`,
    `In-Reply-To: <${line.messageId}@geopod-ismtpd-simulator>`,
    `Date: ${new Date(Date.parse(line.at) + step.afterMs).toUTCString()}`,
    'Subject: Re: your message',
    'To: replies@sandbox.test',
  ];
  const fields = {
    headers: `${headers.join('\n')}\n`,
    dkim: `{@${domain} : pass}`,
    to: 'replies@sandbox.test',
    from,
    text: 'Yes, please.\r\n\r\n> Hello\r\n',
    sender_ip: '192.0.2.10',
    envelope: JSON.stringify({ to: ['replies@sandbox.test'], from: line.to }),
    attachments: '0',
    subject: 'Re: your message',
    spam_score: '0.1',
    charsets: JSON.stringify({ to: 'UTF-8', from: 'UTF-8', subject: 'UTF-8', text: 'utf-8' }),
    SPF: 'pass',
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BORDER}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return Buffer.from(`${parts.join('')}--${BORDER}--\r\n`);
}
