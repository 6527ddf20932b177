import type { OutreachStateName } from '@homing/domain';

/** Complete by type: a state the domain adds must be named here. */
const NAMED: Readonly<Record<OutreachStateName, true>> = {
  accepted: true,
  refused: true,
  scheduled: true,
  sending: true,
  queued: true,
  sent: true,
  delivered: true,
  opened: true,
  clicked: true,
  responded: true,
  complained: true,
  unsubscribed: true,
  bounced: true,
  failed: true,
  skipped: true,
  expired: true,
  cancelled: true,
  assumed_sent: true,
  outcome_unknown: true,
  awaiting_person: true,
};

export const OUTREACH_STATES = Object.keys(NAMED) as readonly OutreachStateName[];
export const isOutreachState = (text: string): text is OutreachStateName => Object.hasOwn(NAMED, text);
