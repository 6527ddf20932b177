import { finding, type Examination } from '../finding.js';

export interface AskedGate<Ref> {
  /** Addresses that were held back longer ago than the gate may need to hear of it, as projected of their streams. */
  readonly heldBack: () => Promise<readonly Ref[]>;
  /** How many of these the gate lets through. */
  readonly letThrough: (refs: readonly Ref[]) => Promise<number>;
}

/** Does the gate know every address that is held back? Looked at twice: one may be released at this moment. */
export const examineGate = <Ref>({ heldBack, letThrough }: AskedGate<Ref>, needs: readonly string[]): Examination => ({
  subject: 'gate',
  needs,
  look: async () => {
    const refs = await heldBack();
    const open = await letThrough(refs);
    const still = open > 0 ? Math.min(open, await letThrough(await heldBack())) : 0;
    const findings = still > 0 ? [finding('GATE_BEHIND', `${still} of ${refs.length} addresses`)] : [];
    return { findings, note: `knows all ${refs.length} addresses held back` };
  },
});
