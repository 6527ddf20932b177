interface Owned {
  readonly batchId: string;
  readonly tenantId: string;
}

/** Whose turn it is: the tenant that was served longest ago and, of its batches, the one that was. Ties go by the order given. */
export class Turns {
  #count = 0;
  readonly #last = new Map<string, number>();

  /** Undefined where nobody waits. */
  next<T extends Owned>(waiting: readonly T[]): T | undefined {
    const lastOf = (id: string): number => this.#last.get(id) ?? 0;
    return waiting.reduce<T | undefined>((first, each) => {
      if (!first) return each;
      const [byTenant, byBatch] = [
        lastOf(each.tenantId) - lastOf(first.tenantId),
        lastOf(each.batchId) - lastOf(first.batchId),
      ];
      return byTenant < 0 || (each.tenantId === first.tenantId && byBatch < 0) ? each : first;
    }, undefined);
  }

  served({ batchId, tenantId }: Owned): void {
    this.#count += 1;
    this.#last.set(batchId, this.#count);
    this.#last.set(tenantId, this.#count);
  }

  /** Forgets who waits no more. */
  keepOnly(waiting: readonly Owned[]): void {
    const known = new Set(waiting.flatMap(({ batchId, tenantId }) => [batchId, tenantId]));
    for (const id of this.#last.keys()) if (!known.has(id)) this.#last.delete(id);
  }
}
