# syntax=docker/dockerfile:1.7
# One image for every service and for the operator's commands; which one runs is the container's command.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# The packages production needs, and no others.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --omit=optional --workspaces=false --no-audit --no-fund

# Everything, built; then only the rooms that services import (tools/production/room.closure.mjs).
FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
RUN node node_modules/typescript7/bin/tsc -b tsconfig.json \
    && node node_modules/vite/bin/vite.js build apps/console --logLevel warn \
    && node tools/production/assemble.mjs /out

FROM ${NODE_IMAGE} AS production
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /out ./
# Files belong to root and nothing here is written: the root file system may be read-only.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "health-check.mjs"]
ENTRYPOINT ["node"]
CMD ["apps/api/dist/main.js"]
