import 'reflect-metadata';
import { runMain } from '@homing/service-kit';
import { wireIngestion } from './ingestion.wiring.js';

await runMain('webhook-ingestion', wireIngestion);
