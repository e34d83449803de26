import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';

@Injectable()
export class Notes implements OnApplicationShutdown {
  private readonly pool = new Pool({ connectionString: process.env.DATABASE_URL });

  async count() {
    const found = await this.pool.query('SELECT count(*)::int AS tables FROM pg_class');
    return found.rows[0];
  }

  async onApplicationShutdown() {
    await this.pool.end();
  }
}
