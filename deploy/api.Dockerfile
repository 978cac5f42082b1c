# The API. Build from the root of the repository: docker build -f deploy/api.Dockerfile .
FROM node:22-bookworm-slim AS build
WORKDIR /app
ENV TURBO_TELEMETRY_DISABLED=1
COPY . .
RUN npm ci && npx turbo run build --filter=@sweepd/api
# Once more, for what the API needs to run and nothing else; no embedded Postgres either, which is optional.
RUN npm ci --omit=dev --omit=optional --workspace=@sweepd/api

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/prisma prisma
COPY --from=build /app/apps/api apps/api
USER node
EXPOSE 3000
CMD ["node", "apps/api/dist/server.js"]
