import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { PrismaClient } from '@prisma/client';

@Injectable()
export class Notes implements OnApplicationShutdown {
  private readonly client = new PrismaClient();

  async count() {
    return { notes: await this.client.note.count() };
  }

  async onApplicationShutdown() {
    await this.client.$disconnect();
  }
}
