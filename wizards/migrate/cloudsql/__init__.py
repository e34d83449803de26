"""What Cloud SQL itself keeps and copies, for migrations: backups, a point in time, clones."""
