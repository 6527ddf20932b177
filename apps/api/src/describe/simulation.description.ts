import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { ref } from './schema.parts.js';

export const DescribeSimulation = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'simulatePolicies',
      summary: 'What if: the decisions of a past period, taken again under other rules',
      description:
        'Replays recorded decisions in their order under the candidate, with books of its own, so that caps, look-backs, budgets and daily limits refuse as they would have. Changes nothing. Without `campaignId` the candidate stands in the place of the tenant’s rules and campaigns keep their own as they stand now; with it the candidate stands in the place of that campaign’s settings, and what other campaigns sent is held as it happened. `cannotKnow` says what the answer cannot tell. One simulation of a tenant at a time, and few of all (429); the answer comes within 60 seconds, or the simulation is given up (`simulation_too_long`); it ends when the caller hangs up.',
    }),
    ApiBody({ required: true, schema: ref('Simulation') }),
    answers(200, 'SimulationResult', 'The same for the same decisions and candidate'),
    DescribeProblems(
      'not_found',
      'simulation_running',
      'simulation_too_long',
      'malformed_json',
      'invalid_fields',
      'unsupported_media_type',
    ),
  );
