import { closeOnShutdown, type ServiceBasics, type ServiceOptions } from '@homing/service-kit';
import { readApiConfig } from './api.config.js';
import { configureHttp } from './api.http.js';
import { ApiModule } from './api.module.js';
import { BODY_LIMIT } from './http/body.hook.js';
import { MAX_PARAM_LENGTH } from './http/path.check.js';
import { openApiStores } from './stores/api.stores.js';

/** The whole service, as `runService` takes it; tests start the same. @throws ConfigError naming every faulty variable */
export function wireApi(basics: ServiceBasics): ServiceOptions {
  const config = readApiConfig(basics.env);
  basics.env.check();
  const { parts, close } = openApiStores(config, basics);
  const { consoleDirectory } = config;
  return {
    ...basics,
    module: ApiModule.over(parts, [closeOnShutdown(close)]),
    http: { ...basics.http, bodyLimit: BODY_LIMIT, maxParamLength: MAX_PARAM_LENGTH, internetFacing: true },
    configure: (app) => configureHttp(app, { parts, consoleDirectory }),
  };
}
