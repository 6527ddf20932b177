import { Readable } from 'node:stream';
import type { PluginFunction } from 'nodemailer/lib/mailer';

/**
 * Knows of each mail whether any of its content was handed to the connection. That happens only after the server said 354, so while it
 * has not, the mail surely was not accepted. Nodemailer begins to produce content earlier; here production waits for the first reader.
 */
export class ContentWatch {
  readonly #read = new WeakSet<AbortSignal>();

  /** Named by the signal that this one mail is sent under. */
  mayHaveReached(signal: AbortSignal): boolean {
    return this.#read.has(signal);
  }

  /** For the transport's `stream` step. */
  readonly plugin: PluginFunction = (mail, done) => {
    const { message, data } = mail;
    const produce = message.createReadStream.bind(message);
    const read = this.#read;
    message.createReadStream = ((...options: Parameters<typeof produce>) =>
      Readable.from(
        (async function* () {
          if (data.signal) read.add(data.signal);
          yield* produce(...options);
        })(),
        { objectMode: false },
      )) as typeof produce;
    done();
  };
}
