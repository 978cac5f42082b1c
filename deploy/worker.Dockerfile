# A worker. Build from the root of the repository: docker build -f deploy/worker.Dockerfile .
FROM node:22-bookworm-slim AS build
WORKDIR /app
ENV TURBO_TELEMETRY_DISABLED=1
COPY . .
RUN npm ci && npx turbo run build --filter=@sweepd/worker
# Once more, for what the worker needs to run and nothing else; no embedded Postgres either, which is optional.
RUN npm ci --omit=dev --omit=optional --workspace=@sweepd/worker

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/prisma prisma
COPY --from=build /app/apps/worker apps/worker
# A new volume takes over the owner of the folder that it is mounted on.
RUN mkdir /data && chown node:node /data
ENV SWEEPD_DATA_DIR=/data
USER node
CMD ["node", "apps/worker/dist/main.js"]
