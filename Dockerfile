# docker build -t massive-graph . && docker run --network host -v massive-graph:/data massive-graph
# An empty volume gets the demo; for another graph, give `serve --data /data --schema FILE`.

FROM node:26-slim AS build
WORKDIR /massive-graph
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-audit
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /massive-graph
# Node runs the sources as they are; the launcher, which would look for a newer build, is left out.
COPY --from=build /massive-graph/package.json ./
COPY --from=build /massive-graph/node_modules node_modules
COPY --from=build /massive-graph/assembly/abi.ts assembly/abi.ts
COPY --from=build /massive-graph/assembly/abi-access.ts assembly/abi-access.ts
COPY --from=build /massive-graph/assembly/abi-collections.ts assembly/abi-collections.ts
COPY --from=build /massive-graph/assembly/abi-lookups.ts assembly/abi-lookups.ts
COPY --from=build /massive-graph/assembly/abi-state.ts assembly/abi-state.ts
COPY --from=build /massive-graph/assembly/abi-texts.ts assembly/abi-texts.ts
COPY --from=build /massive-graph/build/engine.wasm build/engine.wasm
COPY --from=build /massive-graph/schema schema
COPY --from=build /massive-graph/src src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data

# 8080 HTTP, 8081 sync, 9090 metrics. Without `--auth FILE` the server binds to loopback only, so
# these ports answer the host under `--network host` alone. With it, add `--host 0.0.0.0`.
EXPOSE 8080 8081 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "--eval", \
  "fetch('http://127.0.0.1:8080/health').then((r) => { process.exitCode = r.ok ? 0 : 1; }, () => { process.exitCode = 1; })"]
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["serve", "--demo", "--data", "/data", "--port", "8080", "--sync-port", "8081", "--metrics-port", "9090"]
