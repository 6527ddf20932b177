import { createHash } from 'node:crypto';
import { MULTIPART } from './form.filler.js';

export interface FormBody {
  readonly contentType: string;
  readonly body: Buffer;
}

/** As a browser sends it: names and lines of multipart parts quoted so that nothing in a value can end its part. */
export function formBody(encoding: string, entries: readonly (readonly [string, string])[]): FormBody {
  if (encoding !== MULTIPART) {
    const body = new URLSearchParams(entries.map(([name, value]): [string, string] => [name, crlf(value)]));
    return { contentType: 'application/x-www-form-urlencoded', body: Buffer.from(body.toString()) };
  }
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  const boundary = `----homing${digest.slice(0, 40)}`;
  const parts = entries.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${crlf(value)}\r\n`,
  );
  return {
    contentType: `${MULTIPART}; boundary=${boundary}`,
    body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`),
  };
}

const crlf = (value: string): string => value.replace(/\r\n?|\n/g, '\r\n');
const quoted = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
