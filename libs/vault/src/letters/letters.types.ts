import type { DeadLetterResolution, DeadLetterState } from '@homing/contracts';

/** Whose: the tenant's own, or those of which no tenant is known. The latter are for the installation's operators. */
export type LetterOwner = 'tenant' | 'installation';

/** Who looks. `operator`: may see what belongs to no tenant. */
export type Viewer = { readonly tenantId: string; readonly operator: boolean };

export type SeenLetter = {
  readonly id: string;
  readonly tenantId: string | null;
  readonly consumer: string;
  readonly reason: string;
  readonly faults: readonly { readonly path: string; readonly code: string }[];
  readonly subject: string;
  readonly source: { readonly stream: string; readonly sequence: string } | null;
  readonly storedAt: string;
  readonly buriedAt: string;
  /** Bytes of the message. */
  readonly size: number;
  /** SHA-256 in hex, where the content itself could not be kept. */
  readonly digest: string | null;
  readonly state: DeadLetterState;
  readonly resolution: DeadLetterResolution | null;
};

export type LetterFilter = {
  readonly owner: LetterOwner;
  readonly consumer?: string;
  readonly reason?: string;
  readonly state?: DeadLetterState;
  /** Of the page before. @throws InvalidCursorError */
  readonly cursor?: string;
  readonly limit: number;
};

export type SeenAction = {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
};

export type SeenSignal = {
  readonly provider: string;
  readonly providerEventId: string;
  readonly fact: string;
  readonly tenantId: string | null;
  readonly channel: string;
  readonly providerMessageId: string | null;
  readonly deliveryId: string | null;
  readonly cause: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly parkedAt: string;
  readonly expiresAt: string;
};

export type SignalFilter = {
  readonly owner: LetterOwner;
  readonly provider?: string;
  readonly cursor?: string;
  readonly limit: number;
};

export type PageOf<T> = { readonly items: readonly T[]; readonly nextCursor?: string };

export type SignalCount = { readonly provider: string; readonly cause: string; readonly count: number };

/** What waits for an operator, as far as the viewer may see it. Never what it says. Each call is one transaction. */
export type LetterView = {
  /** Newest first. */
  list(viewer: Viewer, filter: LetterFilter): Promise<PageOf<SeenLetter>>;
  find(viewer: Viewer, id: string): Promise<SeenLetter | undefined>;
  /** What was done with it, oldest first; the last 100. */
  actions(viewer: Viewer, id: string): Promise<SeenAction[]>;
  /** Newest first. */
  listSignals(viewer: Viewer, filter: SignalFilter): Promise<PageOf<SeenSignal>>;
  countSignals(viewer: Viewer, owner: LetterOwner): Promise<SignalCount[]>;
};
