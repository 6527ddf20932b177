import { CAMPAIGN_STATUSES } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { CampaignStatusBody, ChangeCampaignBody, CreateCampaignBody } from '../change-settings/settings.bodies.js';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { schemaOf } from './request.schema.js';
import { ref } from './schema.parts.js';

const campaignId = (): MethodDecorator => ApiParam({ name: 'campaignId', description: "the caller's own id of it" });
const bodyWithSettings = (dto: new () => object): MethodDecorator => {
  const { properties, ...schema } = schemaOf(dto) as { properties: Record<string, object> };
  return ApiBody({
    required: true,
    schema: { ...schema, properties: { ...properties, settings: ref('CampaignSettings') } },
  });
};
const ofBodies = ['malformed_json', 'invalid_fields', 'unsupported_media_type'] as const;

export const DescribeListCampaigns = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'listCampaigns', summary: 'Campaigns, newest first' }),
    ApiQuery({ name: 'status', required: false, schema: { type: 'string', enum: [...CAMPAIGN_STATUSES] } }),
    paging(),
    answers(200, 'CampaignPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeCreateCampaign = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'createCampaign',
      summary: 'Create a campaign',
      description:
        'The same `campaignId` again changes nothing and answers the campaign that stands (200), so repeating it is harmless, with or without an `Idempotency-Key`. `name` is the id where it is left out, `currency` EUR.',
    }),
    bodyWithSettings(CreateCampaignBody),
    answers(201, 'Campaign', 'It was created'),
    answers(200, 'Campaign', 'It stood before'),
    DescribeProblems(...ofBodies),
  );

export const DescribeFindCampaign = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findCampaign', summary: 'One campaign with its settings and what is in force' }),
    campaignId(),
    answers(200, 'Campaign', 'As it stands'),
    DescribeProblems('not_found'),
  );

export const DescribeChangeCampaign = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'changeCampaign',
      summary: 'Change name or settings of a campaign',
      description:
        '`settings` replaces all of its settings. With `settingsVersion` (the version that was read) the change is refused where somebody else changed them meanwhile (`outdated`). What is decided already keeps its bookings; new limits count from the next decision on.',
    }),
    campaignId(),
    bodyWithSettings(ChangeCampaignBody),
    answers(200, 'Campaign', 'As it stands now'),
    DescribeProblems('not_found', 'outdated', ...ofBodies),
  );

export const DescribeSetCampaignStatus = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'setCampaignStatus',
      summary: 'Pause, resume or stop a campaign',
      description:
        '`paused`: when this is answered, no provider call of the campaign starts later than 500 ms afterwards; what is planned rests, and so does what is asked for meanwhile: it is decided and booked, and goes out when the campaign is resumed, or expires. `active`: what rested goes out, as far as its deadline has not passed. `stopped`: what is planned is skipped, the campaign stays stopped, and new requests for it are refused (`campaign_stopped`). A call that is under way keeps its course.',
    }),
    campaignId(),
    ApiBody({ required: true, schema: schemaOf(CampaignStatusBody) }),
    answers(200, 'Campaign', 'As it stands now'),
    DescribeProblems('not_found', 'campaign_stopped', ...ofBodies),
  );
