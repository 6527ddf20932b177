/**
 * The addresses a connection string names: one URL, several URLs, or one URL with several hosts (`esdb://a:2113,b:2113?tls=true`),
 * comma-separated; what stands behind the last host holds for all. Undefined when it is none of these. A comma within a password
 * must be percent-encoded where there are several hosts.
 */
export function readAddresses(text: string): readonly [URL, ...URL[]] | undefined {
  if (URL.canParse(text) && !new URL(text).host.includes(',')) return [new URL(text)];
  const parts = text.split(',').map((part) => part.trim());
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme === undefined || parts.length < 2) return undefined;
  const query = /\?.*$/s.exec(parts.at(-1) ?? '')?.[0] ?? '';
  const full = parts.map((part) => {
    const address = part.includes('://') ? part : `${scheme}${part}`;
    return address.includes('?') ? address : `${address}${query}`;
  });
  return full.every((each) => URL.canParse(each)) ? (full.map((each) => new URL(each)) as [URL, ...URL[]]) : undefined;
}
