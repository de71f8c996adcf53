# Builds pocketfront and packs what it needs at run time.
#   docker build -t pocketfront .
#   docker run --rm -p 127.0.0.1:8080:8080 pocketfront                                  the demo
#   docker run --rm -p 127.0.0.1:8080:8080 -v "$PWD/config:/config:ro" pocketfront /config/static-site.yaml

FROM node:26-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY config ./config
COPY LICENSE ./
USER node
# 8080 is for viewers, 8443 for those over HTTPS. 8081 is the admin port: it listens on the container's loopback alone and cannot be published;
# reach it with `docker exec`.
EXPOSE 8080 8443 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8081/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Arguments of `docker run` and `command:` come after these.
ENTRYPOINT ["node", "dist/cli/main.js", "--host", "0.0.0.0"]
