import { COMMIT_GRACE_MS } from '@homing/domain';
import type { SystemQueries } from '@homing/read-model';
import type { CampaignStanding, GateReader } from '@homing/vault/gate';
import { REST_MS } from './paused.entries.js';

export interface WatchParts {
  readonly readModel: Pick<SystemQueries, 'wakeCampaigns'>;
  readonly gate: Pick<GateReader, 'statusesSetWithin'>;
  readonly now: () => Date;
}

/** How far back a look reaches, in milliseconds: what was committed late is seen by a later look. */
const LOOK_BACK_MS = 10_000;
const NO_END = '9999-12-31T23:59:59.999Z';

/**
 * Wakes what a campaign has waiting when it is resumed, and everything it has planned when it is stopped, so that it is skipped
 * now and not when it would have been due. One for a term of office: its first look reaches back as far as anything rests.
 */
export class ResumedWatch {
  #seen = new Map<string, CampaignStanding>();
  #first = true;

  constructor(private readonly parts: WatchParts) {}

  /** One look. Returns how many entries it woke. */
  async look(): Promise<number> {
    const { gate, readModel, now } = this.parts;
    const recent = await gate.statusesSetWithin(this.#first ? REST_MS + LOOK_BACK_MS : LOOK_BACK_MS);
    const news = recent.filter((each) => this.#seen.get(keyOf(each))?.changedAt !== each.changedAt);
    const at = now();
    const due = { active: new Date(at.getTime() + COMMIT_GRACE_MS).toISOString(), stopped: NO_END } as const;
    let woken = 0;
    for (const status of ['active', 'stopped'] as const) {
      const campaigns = news.filter((each) => each.status === status);
      woken += await readModel.wakeCampaigns({ campaigns, now: at.toISOString(), dueUntil: due[status] });
    }
    // Only now: what failed above is looked at again.
    this.#seen = new Map(recent.map((each) => [keyOf(each), each]));
    this.#first = false;
    return woken;
  }
}

const keyOf = ({ tenantId, campaignKey }: CampaignStanding): string => `${tenantId} ${campaignKey}`;
