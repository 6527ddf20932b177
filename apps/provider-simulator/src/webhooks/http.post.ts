import http from 'node:http';
import https from 'node:https';

const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/** Posts bytes straight to an address, past any proxy. Undefined when nobody answered within the time-out (milliseconds). */
export function httpPost(
  url: string,
  body: Buffer,
  headers: Record<string, string>,
  timeout = 10_000,
): Promise<number | undefined> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const agent = agents[secure ? 'https:' : 'http:'];
  return new Promise((resolve) => {
    const options = { method: 'POST', agent, timeout, headers: { ...headers, 'content-length': body.length } };
    const request = (secure ? https : http).request(target, options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
      response.once('close', () => resolve(undefined));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
    request.end(body);
  });
}
