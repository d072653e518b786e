FROM node:24-bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /memoir
COPY package.json package-lock.json .npmrc ./
RUN npm install --omit=dev --no-audit --no-fund
COPY bin bin
COPY src src
COPY migrations migrations
COPY sample sample
USER node
ENV NODE_OPTIONS=--max-old-space-size=1024
ENTRYPOINT ["node", "--max-semi-space-size=8", "src/cli.ts"]
