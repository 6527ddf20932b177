import { CAMPAIGN_STATUSES, NO_CONTROL, PLAIN, SequenceDto, type CampaignStatus } from '@homing/contracts';
import { IsIn, IsInt, IsObject, IsOptional, Length, Matches, Min } from 'class-validator';

/** `POST /campaigns` */
export class CreateCampaignBody {
  /** The caller's own id of it: part of addresses, unique in the tenant. */
  @Matches(NO_CONTROL, PLAIN)
  @Length(1, 200)
  campaignId!: string;

  @IsOptional()
  @Matches(NO_CONTROL, PLAIN)
  @Length(1, 200)
  name?: string;

  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code such as EUR' })
  currency?: string;

  @IsOptional()
  @IsIn(CAMPAIGN_STATUSES)
  status?: CampaignStatus;

  @IsOptional()
  @IsObject()
  settings?: object;
}

/** `PATCH /campaigns/{campaignId}` */
export class ChangeCampaignBody {
  @IsOptional()
  @Matches(NO_CONTROL, PLAIN)
  @Length(1, 200)
  name?: string;

  @IsOptional()
  @IsObject()
  settings?: object;

  @IsOptional()
  @IsInt()
  @Min(0)
  settingsVersion?: number;
}

/** `PATCH /campaigns/{campaignId}/status` */
export class CampaignStatusBody {
  @IsIn(CAMPAIGN_STATUSES) status!: CampaignStatus;
}

/** `PUT /sequences/{name}` */
export class SetSequenceBody extends SequenceDto {
  @IsOptional()
  @IsInt()
  @Min(0)
  settingsVersion?: number;
}
