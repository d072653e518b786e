# docker build .                                  embeddings from an endpoint, or built in
# docker build --build-arg EMBEDDING=local .      with all-MiniLM-L6-v2 in the image, as `memoir up` has it
ARG EMBEDDING=remote

FROM node:24-bookworm-slim AS dashboard
WORKDIR /memoir
COPY package.json package-lock.json .npmrc ./
RUN npm ci --workspaces=false --no-audit --no-fund
COPY tsconfig.json tsconfig.json
COPY src src
COPY dashboard dashboard
RUN npx vite build dashboard

FROM node:24-bookworm-slim AS packages
WORKDIR /memoir
COPY package.json package-lock.json .npmrc ./
# Among the optional packages is Node itself, for machines that have an older one; the compiler of the workflows is another, and needed.
# Of the native ones, what was built for other systems and processors is left out.
RUN npm ci --omit=dev --workspaces=false --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/node-win-* node_modules/.bin/node \
  && rm -rf node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32 \
  && node -e " \
    const { readdirSync, rmSync } = require('node:fs'); \
    const keep = process.arch === 'x64' ? 'x86_64' : 'aarch64'; \
    const bridge = 'node_modules/@temporalio/core-bridge/releases'; \
    for (const build of readdirSync(bridge)) if (build !== keep + '-unknown-linux-gnu') rmSync(bridge + '/' + build, { recursive: true }); \
    const onnx = 'node_modules/onnxruntime-node/bin'; \
    for (const version of readdirSync(onnx)) for (const arch of readdirSync(onnx + '/' + version + '/linux')) \
      if (arch !== process.arch) rmSync(onnx + '/' + version + '/linux/' + arch, { recursive: true });"

FROM debian:bookworm-slim AS model
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates maven openjdk-17-jdk-headless
COPY scripts/machine.sh scripts/install-model.sh /scripts/
RUN XDG_CACHE_HOME=/cache /scripts/install-model.sh

FROM node:24-bookworm-slim AS remote
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /memoir
COPY package.json ./
COPY --from=packages /memoir/node_modules node_modules
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

FROM remote AS local
COPY --from=model /cache/memoir/models/all-MiniLM-L6-v2-q models/all-MiniLM-L6-v2-q
ENV EMBEDDING_MODEL=local:/memoir/models/all-MiniLM-L6-v2-q EMBEDDING_DIM=384

FROM ${EMBEDDING}
