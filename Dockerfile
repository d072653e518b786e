FROM node:24-bookworm-slim AS dashboard
WORKDIR /memoir
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.json
COPY src src
COPY dashboard dashboard
RUN npx vite build dashboard

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /memoir
COPY package.json package-lock.json .npmrc ./
# Among the optional packages is Node itself, for machines that have an older one; the compiler of the workflows is another, and needed.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node \
  && rm -rf node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32 \
  && npm cache clean --force
COPY bin bin
COPY migrations migrations
COPY sample sample
COPY eval eval
COPY compose/healthy.mjs compose/healthy.mjs
COPY src src
COPY --from=dashboard /memoir/dashboard/dist dashboard/dist
USER node
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size=1024
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=30", "src/cli.ts"]
