"""Migrations that are SQL files: Prisma's folders, dbmate's, golang-migrate's and plain pairs."""
