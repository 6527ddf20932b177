import { randomUUID } from 'node:crypto';
import { webhookHealthSubject } from '@homing/contracts';
import type { Bus, Publisher } from '@homing/messaging';
import type { HealthBook } from './health.book.js';

/** How often what is new is told. */
const TELL_EVERY_MS = 5_000;
/** How often it is told that nothing is new, so that it is known to live. */
const ALIVE_EVERY = 12;

/**
 * Tells the bus what this process has heard, every few seconds when something changed. A report that does not get through is followed
 * by the next; a killed process has told all but its last seconds.
 */
export function reportHealth(book: Pick<HealthBook, 'report'>, bus: Bus, publisher: Pick<Publisher, 'publish'>): void {
  const process = randomUUID();
  const subject = webhookHealthSubject(process);
  let last = '';
  let round = 0;
  const tell = async (): Promise<void> => {
    const report = book.report();
    const said = JSON.stringify(report.places);
    if (said === last && round++ % ALIVE_EVERY !== 0) return;
    const key = `${subject}:${report.at}`;
    const event = {
      specversion: '1.0' as const,
      id: key,
      source: 'homing/webhook-ingestion',
      type: subject,
      data: report,
    };
    await publisher.publish(subject, event, { tenantId: '-', key });
    last = said;
  };
  const telling = setInterval(() => void tell().catch(() => {}), TELL_EVERY_MS);
  telling.unref();
  bus.closed.addEventListener('abort', () => clearInterval(telling));
}
