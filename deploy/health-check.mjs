// Exit code 0 when the service of this container is ready, 1 when it is not, or does not answer.
try {
  const url = `http://127.0.0.1:${process.env.PORT}/health/ready`;
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  process.exit(ok ? 0 : 1);
} catch {
  process.exit(1);
}
