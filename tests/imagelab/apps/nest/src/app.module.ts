import { Module } from '@nestjs/common';
import { HealthController } from './health.controller';
import { NotesController } from './notes.controller';
import { Notes } from './notes';

@Module({ controllers: [HealthController, NotesController], providers: [Notes] })
export class AppModule {}
