import type { LocalStack } from '@homing/testing/local-stack';
import type { BenchFlags } from '../flags/bench.flags.js';
import type { SectionReport } from '../figures/report.js';

/** What a section is given: a stack that runs and is idle. It leaves it idle again. */
export interface SectionParts {
  readonly stack: LocalStack;
  readonly flags: BenchFlags;
  readonly say: (text: string) => void;
}

export type Section = (parts: SectionParts) => Promise<SectionReport>;

/** A run's own name: no two runs ask for the same outreach. */
export const runName = (what: string): string => `bench-${what}-${Date.now().toString(36)}`;
