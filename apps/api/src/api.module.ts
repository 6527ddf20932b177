import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { API_PARTS, type ApiParts } from './api.parts.js';
import { AssistedTasksController } from './assist-person/assisted-tasks.controller.js';
import { CampaignsController } from './change-settings/campaigns.controller.js';
import { ChannelsController } from './change-settings/channels.controller.js';
import { PoliciesController } from './change-settings/policies.controller.js';
import { SequencesController } from './change-settings/sequences.controller.js';
import { CommandOutreachController } from './command-outreach/command-outreach.controller.js';
import { DeadLettersController } from './handle-dead-letters/dead-letters.controller.js';
import { InboundController } from './read-inbound/inbound.controller.js';
import { LeadsController } from './read-leads/leads.controller.js';
import { LiveFeedController } from './live-feed/live-feed.controller.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { AnalyticsController } from './read-analytics/analytics.controller.js';
import { ReadOutreachController } from './read-outreach/read-outreach.controller.js';
import { SignalsController } from './read-signals/signals.controller.js';
import { ConversionsController } from './report-conversion/conversions.controller.js';
import { ScopeGuard } from './security/scope.guard.js';
import { SendTimesController } from './read-analytics/send-times.controller.js';
import { SimulatePoliciesController } from './simulate-policies/simulate-policies.controller.js';
import { ConsentsController } from './keep-consents/consents.controller.js';
import { SuppressionsController } from './suppress-contact/suppressions.controller.js';
import { RunLeadsController } from './run-leads/run-leads.controller.js';
import { BatchTaker } from './take-batch/batch.taker.js';
import { BatchesController } from './take-batch/batches.controller.js';
import { WebhookAccountsController, WebhookHealthController } from './keep-webhooks/webhooks.controller.js';
import { TakeRequestController } from './take-request/take-request.controller.js';

@Module({})
export class ApiModule {
  /** The routes over the parts they are given; `others` live and end with the service. */
  static over(parts: ApiParts, others: readonly Provider[] = []): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        TakeRequestController,
        BatchesController,
        CommandOutreachController,
        ReadOutreachController,
        CampaignsController,
        PoliciesController,
        AnalyticsController,
        SimulatePoliciesController,
        ConversionsController,
        RunLeadsController,
        LeadsController,
        ChannelsController,
        SequencesController,
        SuppressionsController,
        ConsentsController,
        DeadLettersController,
        AssistedTasksController,
        InboundController,
        SignalsController,
        SendTimesController,
        LiveFeedController,
        WebhookAccountsController,
        WebhookHealthController,
      ],
      providers: [
        { provide: API_PARTS, useValue: parts },
        // One for all routes that take batches: what it takes at once is what the process can hold.
        { provide: BatchTaker, useValue: new BatchTaker(parts) },
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_FILTER, useValue: new ProblemFilter(parts.logger) },
        ...others,
      ],
    };
  }
}
