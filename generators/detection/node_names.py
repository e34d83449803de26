"""Which npm packages mean a server, a database, a queue or a compiler."""

from __future__ import annotations

from generators.project import NativeNeed

# In this order: what builds on another one comes first.
SERVERS = (
    ("@nestjs/core", "NestJS"),
    ("@strapi/strapi", "Strapi"),
    ("@adonisjs/core", "AdonisJS"),
    ("@feathersjs/feathers", "Feathers"),
    ("@keystone-6/core", "Keystone"),
    ("payload", "Payload"),
    ("fastify", "Fastify"),
    ("express", "Express"),
    ("koa", "Koa"),
    ("hono", "Hono"),
    ("@hapi/hapi", "hapi"),
    ("elysia", "Elysia"),
    ("restify", "Restify"),
    ("polka", "Polka"),
    ("@apollo/server", "Apollo Server"),
    ("apollo-server", "Apollo Server"),
    ("graphql-yoga", "GraphQL Yoga"),
    ("socket.io", "Socket.IO"),
)
TYPESCRIPT_RUNNERS = {"ts-node": "ts-node", "tsx": "tsx", "swc-node": "@swc-node/register"}
FULL_STACK = (
    ("next", "Next.js"),
    ("nuxt", "Nuxt"),
    ("nuxt3", "Nuxt"),
    ("@sveltejs/kit", "SvelteKit"),
    ("@remix-run/serve", "Remix"),
    ("@remix-run/node", "Remix"),
    ("@react-router/serve", "React Router"),
    ("@react-router/dev", "React Router"),
    ("astro", "Astro"),
    ("nitro", "Nitro"),
    ("nitropack", "Nitro"),
)
DATABASES = {
    "pg": "postgresql",
    "postgres": "postgresql",
    "pg-promise": "postgresql",
    "@neondatabase/serverless": "postgresql",
    "mysql2": "mysql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mongoose": "mongodb",
    "mongodb": "mongodb",
    "better-sqlite3": "sqlite",
    "sqlite3": "sqlite",
}
PRISMA_DATABASES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "cockroachdb": "postgresql",
    "mysql": "mysql",
    "mongodb": "mongodb",
    "sqlite": "sqlite",
    "sqlserver": "sqlserver",
}
REDIS = frozenset(
    {
        "ioredis",
        "redis",
        "@redis/client",
        "bull",
        "bullmq",
        "bee-queue",
        "connect-redis",
        "@nestjs/bull",
        "@nestjs/bullmq",
        "@keyv/redis",
    }
)
QUEUES = frozenset({"bull", "bullmq", "bee-queue", "@nestjs/bull", "@nestjs/bullmq", "agenda"})
WEBSOCKETS = frozenset(
    {
        "socket.io",
        "ws",
        "@nestjs/websockets",
        "@fastify/websocket",
        "express-ws",
        "koa-websocket",
        "graphql-ws",
        "@hono/node-ws",
    }
)
_COMPILER = ("build-essential", "python3")
NATIVE = {
    "bcrypt": NativeNeed("bcrypt", _COMPILER, (), wheel=True),
    "argon2": NativeNeed("argon2", _COMPILER, (), wheel=True),
    "sqlite3": NativeNeed("sqlite3", _COMPILER, (), wheel=True),
    "better-sqlite3": NativeNeed("better-sqlite3", _COMPILER, (), wheel=True),
    "canvas": NativeNeed(
        "canvas",
        (*_COMPILER, "libcairo2-dev", "libpango1.0-dev", "libjpeg-dev", "libgif-dev"),
        (),
        wheel=True,
    ),
    "sharp": NativeNeed("sharp", (), (), wheel=True),
    "node-sass": NativeNeed("node-sass", _COMPILER, ()),
    "puppeteer": NativeNeed("puppeteer", (), ("chromium",)),
    "@prisma/client": NativeNeed("@prisma/client", (), ("openssl",)),
}
