import type { ProviderFactKind } from '@homing/contracts';
import { present } from '../json.reading.js';
import { codeNumber, meaningOfCode } from './twilio.codes.js';

interface Meaning {
  readonly fact: ProviderFactKind;
  readonly code?: string;
  readonly unknownEvent?: string;
}

/**
 * What a status says, in our words. One we do not know is kept under `other`; undefined for what is no status at all.
 */
export function meaningOfStatus(status: string, errorCode: unknown): Meaning | undefined {
  const number = codeNumber(errorCode);
  const code = present('code', number === undefined ? undefined : meaningOfCode(number).word);
  switch (status) {
    case 'queued':
    case 'accepted':
    case 'scheduled':
      return { fact: 'queued' };
    case 'sending':
    case 'sent':
      return { fact: 'sent' };
    case 'delivered':
      return { fact: 'delivered' };
    case 'read':
      return { fact: 'read' };
    case 'undelivered':
      return { fact: 'undelivered', ...code };
    case 'failed':
      return { fact: 'failed', ...code };
    case 'canceled':
      return { fact: 'failed', code: 'canceled' };
    default:
      return /^[a-z][a-z0-9_]{0,39}$/.test(status) ? { fact: 'other', unknownEvent: status } : undefined;
  }
}
