# Everything here needs Go and make, the race detector a C compiler. `make help` lists the targets.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
FUZZTIME ?= 30s

# One static binary everywhere; only the race detector needs cgo. So the packages are compiled
# twice for all of `make test`, not three times.
export CGO_ENABLED ?= 0
RACE := CGO_ENABLED=1 $(GO) test -race

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/meshfw
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/meshfw ./cmd/meshfw

.PHONY: run
run: build ## start a three-node cluster on this machine, with a stand-in provider
	bin/meshfw dev

.PHONY: test
test: vet test-e2e test-chaos ## the tests of every package, the end-to-end tests, a few faults
	$(RACE) -count=1 -timeout 10m ./...

.PHONY: test-all
test-all: export MESHFW_TEST_ALL = 1
test-all: vet ## the same with everything that takes long (an hour or more)
	$(RACE) -count=1 -timeout 60m ./...
	cd e2e && $(GO) test -p 1 -count=1 -timeout 60m ./...
	$(MAKE) sim sim-raft
	cd chaos && $(GO) test -count=1 -timeout 60m ./... -args -faults 60 -kills 10
	cd chaos && $(GO) test -count=1 -timeout 60m -run Chaos ./... -args -faults 60 -log-store wal

.PHONY: test-e2e
test-e2e: ## end-to-end tests: the providers' SDKs against three real processes
	cd e2e && $(GO) test -p 1 -count=1 -timeout 20m ./...

.PHONY: test-chaos
test-chaos: ## a few faults on three real processes (make chaos: many)
	cd chaos && $(GO) test -count=1 -timeout 5m ./...

FAULTS ?= 200
KILLS  ?= 50
SEED   ?= $(shell date +%s)
LOG_STORE ?= boltdb

.PHONY: chaos
chaos: ## FAULTS (200) faults and KILLS (50) kills of the leader, drawn from SEED, on LOG_STORE (boltdb, wal, both); partitions need root, iproute2 and strace
	cd chaos && $(GO) test -count=1 -v -timeout 3h ./... -args -faults $(FAULTS) -kills $(KILLS) -seed $(SEED) -log-store $(LOG_STORE)

SCHEDULES ?= 10000

.PHONY: sim
sim: ## SCHEDULES (10000) schedules of replicas in virtual time
	MESHFW_SIM_SCHEDULES=$(SCHEDULES) $(GO) test -tags invariants ./internal/sim -count=1 -v -timeout 60m -run Schedules

BENCHCOUNT ?= 6
BENCHTIME  ?= 1s
BENCHBASE  ?=

.PHONY: bench
bench: ## Go benchmarks of the hot path, BENCHCOUNT (6) times, summed up by benchstat; BENCHBASE=FILE compares with an earlier bin/bench.txt
	@mkdir -p bin
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -count $(BENCHCOUNT) -timeout 3h ./fsm ./pricing ./raftnode ./api ./api/auth ./api/proxy > bin/bench.txt || { cat bin/bench.txt; exit 1; }
	$(GO) tool -modfile=bench/go.mod benchstat $(BENCHBASE) bin/bench.txt

.PHONY: bench-peers
bench-peers: build ## the same debit in etcd, PostgreSQL and Redis (make deps-peers installs the two), taking turns with the firewall
	cd bench && $(GO) build -o ../bin/bench-peers ./peers
	bin/bench-peers -meshfw bin/meshfw

RAFT_SCHEDULES ?= 500

.PHONY: sim-raft
sim-raft: ## RAFT_SCHEDULES (500) schedules of real raft over TCP, with partitions and crashes that lose what was not synced
	MESHFW_SCHEDULES=$(RAFT_SCHEDULES) $(GO) test ./raftnode -count=1 -v -timeout 60m -run TestSchedules

.PHONY: vet
vet: ## gofmt and go vet
	@test -z "$$(gofmt -l .)" || { echo 'not formatted, run gofmt -w on:'; gofmt -l .; exit 1; }
	$(GO) vet ./...
	cd e2e && $(GO) vet ./...
	cd chaos && $(GO) vet ./...

.PHONY: lint
lint: ## golangci-lint, built from the tools module
	@mkdir -p bin
	$(GO) build -modfile=tools/go.mod -o bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	bin/golangci-lint run ./...
	cd e2e && ../bin/golangci-lint run ./...
	cd chaos && ../bin/golangci-lint run ./...

.PHONY: cover
cover: ## coverage of the packages' own tests, as bin/cover.html
	@mkdir -p bin
	$(GO) test -count=1 -coverprofile bin/cover.out -coverpkg ./... ./...
	$(GO) tool cover -func bin/cover.out | tail -1
	$(GO) tool cover -html bin/cover.out -o bin/cover.html

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (default 30s) each
	@$(GO) list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r pkg dir; do \
	  grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/^func //' | while read -r f; do \
	    echo "== $$pkg $$f"; $(GO) test $$pkg -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) </dev/null || exit 1; \
	  done || exit 1; \
	done

.PHONY: image
image: ## the container image meshfw:dev from a binary built here; needs a Docker engine and no registry
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '-s -w $(LDFLAGS)' -o bin/meshfw ./cmd/meshfw
	docker build --target prebuilt --tag meshfw:dev .

.PHONY: release
release: ## archives for Linux and macOS, bills of materials and checksums in dist/ (needs GNU tar)
	tools/release.sh $(VERSION)

.PHONY: deps
deps: ## Debian packages that some tests use; without them those tests skip (needs root)
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends haproxy prometheus iproute2 strace

.PHONY: deps-peers
deps-peers: ## Debian packages that make bench-peers compares with; it starts them itself, on loopback (needs root)
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql redis-server

.PHONY: clean
clean: ## remove what was built and the development cluster's data
	rm -rf bin dist data/dev
