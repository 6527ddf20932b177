import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireIngestion } from './ingestion.wiring.js';

await runService(wireIngestion(serviceBasics('webhook-ingestion')));
