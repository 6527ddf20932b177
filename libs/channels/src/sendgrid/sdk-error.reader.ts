/** What an error of the SDK says of the answer. It throws its own error for answers from 400 and axios' one for the rest. */
export function describeSdkError(error: unknown): {
  status?: number;
  headers?: Record<string, unknown>;
  body?: unknown;
  errorCode?: string;
} {
  const { code, response } = error as {
    code?: number | string;
    response?: { status?: number; headers?: object; body?: unknown; data?: unknown };
  };
  const status = typeof code === 'number' ? code : response?.status;
  if (status === undefined) return typeof code === 'string' ? { errorCode: code } : {};
  return { status, headers: { ...response?.headers }, body: response?.body ?? response?.data };
}
