import { Controller, Get } from '@nestjs/common';
import { Notes } from './notes';

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: Notes) {}

  @Get()
  list() {
    return this.notes.count();
  }
}
