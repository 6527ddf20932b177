import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ANSWER_SCHEMAS } from './answer.schemas.js';
import { batchRequestSchema } from './batch.schemas.js';
import { leadRunRequestSchema } from './lead-run.description.js';
import { requestSchema } from './request.schema.js';

/** Everything under /api/v1, as an OpenAPI 3.0 document. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Homing')
    .setDescription(
      'Outreach delivery. The tenant comes from the key. Every error is problem details (RFC 9457): `type` is `urn:homing:problem:<code>`, `errors` names fields. Bodies hold at most 256 kB, those of batches, runs of leads and imports of consents 32 MB.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, base);
  const schemas = {
    OutreachRequest: requestSchema(),
    BatchRequest: batchRequestSchema(),
    LeadRunRequest: leadRunRequestSchema(),
    ...ANSWER_SCHEMAS,
  } as NonNullable<OpenAPIObject['components']>['schemas'];
  return {
    ...document,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas } },
  };
}
