import { finding, type Examination } from '../finding.js';

export interface AskedLeaders {
  /** Who holds the lease of each role: its session's name; absent where nobody does. */
  readonly holders: () => Promise<ReadonlyMap<string, string>>;
  /** Between two looks: a lease changes hands in a moment. */
  readonly pause: () => Promise<unknown>;
}

/** Roles of which one instance works at a time. */
export const LED_ROLES = ['projector', 'scheduler'] as const;

export const examineLeaders = ({ holders, pause }: AskedLeaders, needs: string): Examination => ({
  subject: 'leaders',
  needs: [needs],
  look: async () => {
    let found = await holders();
    if (LED_ROLES.some((role) => !found.has(role))) {
      await pause();
      found = await holders();
    }
    return {
      findings: LED_ROLES.filter((role) => !found.has(role)).map((role) => finding('LEADER_MISSING', role)),
      note: LED_ROLES.map((role) => `${role}: ${found.get(role)}`).join(', '),
    };
  },
});
