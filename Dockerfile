# The image holds one static binary and nothing else: no shell, no packages.
#
#   docker build --target prebuilt -t meshfw:dev .   takes bin/meshfw as `make build` left it
#   docker build -t meshfw:dev .                     builds from source, needs the golang image
#
# `make image` does the first: it needs no registry.

FROM scratch AS base
COPY --chown=65532:65532 deploy/rootfs/ /
USER 65532:65532
ENV MESHFW_ADDR=http://127.0.0.1:8000
WORKDIR /var/lib/meshfw
VOLUME ["/var/lib/meshfw"]
EXPOSE 8000 7000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["/usr/local/bin/meshfw", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/meshfw"]
CMD ["server", "-config", "/etc/meshfw/config.hcl"]

FROM base AS prebuilt
COPY bin/meshfw /usr/local/bin/meshfw

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/meshfw ./cmd/meshfw

FROM base AS release
COPY --from=build /out/meshfw /usr/local/bin/meshfw
