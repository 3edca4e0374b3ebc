# What people and CI call. It needs Go, make and git, and fetches nothing but Go
# modules. Parts that need more say in a line that they are left out, and why.

.POSIX:
.SUFFIXES:
.PHONY: help build conformance sample autobahn image matrix baseline test unit race specs lint tools vulnerabilities clean fuzz mutants seeds

GO = go
# Where make conformance puts its report, and how much it runs: quick or full.
OUT = reports/out
PROFILE = quick
# The URL of somebody else's server, to test that instead.
TARGET =
# More flags: for wsspec server, or of make specs for ginkgo.
ARGS =
# More flags for go test, such as -v.
TESTFLAGS =
# Where make specs writes JUnit, if anywhere.
JUNIT =
# What make image and make matrix call what they build.
IMAGE = wsspec/wsspec:dev
PEERS_IMAGE = wsspec/peers:dev

BASELINE = conformance/peers/baseline.json
# Where goroutines share memory; the rest has nothing to race for.
RACY = ./ref ./conformance ./conformance/specs ./cmd/...

# Which fuzz target, and for how long; make fuzz alone runs every one, bounded.
FUZZ =
FUZZTIME =

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

build: ## build wsspec, the peers, and what starts them, into bin/
	@mkdir -p bin
	@$(GO) build -o bin/ ./cmd/wsspec ./ci/conformance
	@cd conformance/peers && $(GO) build -o ../../bin/ ./cmd/peers

# The shell becomes the program, so that whoever ends make ends that.
conformance: build ## test the reference and the libraries in both roles; or TARGET=URL; ARGS='--role client --run 5.*'
	@if [ -n '$(TARGET)' ]; then \
		exec bin/wsspec server '$(TARGET)' --out $(OUT) --profile $(PROFILE) $(ARGS); \
	else \
		exec bin/conformance --out $(OUT) --profile $(PROFILE) --baseline $(BASELINE) $(ARGS); \
	fi

# What make conformance says about this machine stays here.
sample: conformance ## renew what is published: reports/sample and docs/faults.md
	@bin/wsspec report $(OUT)/report.json --public -o reports/sample/index.html
	@bin/wsspec report faults -o docs/faults.md

# AUTOBAHN_IMAGE names another image, such as IMAGE after make image.
autobahn: build ## have the real Autobahn test the reference server, and compare; or TARGET=URL (needs Docker)
	@if [ -n '$(TARGET)' ]; then \
		exec bin/wsspec autobahn server '$(TARGET)' --compare --out $(OUT)/autobahn $(ARGS); \
	else \
		exec autobahn/run.sh --out $(OUT)/autobahn $(ARGS); \
	fi

image: ## build wsspec's container image (needs Docker, but no registry)
	@ci/image.sh $(IMAGE)

matrix: ## test every peer in a container of its own (needs Docker Compose)
	@ci/image.sh $(IMAGE)
	@ci/image.sh $(PEERS_IMAGE) peers
	@WSSPEC_IMAGE=$(IMAGE) PEERS_IMAGE=$(PEERS_IMAGE) autobahn/matrix/run.sh $(OUT)/matrix

# Exit code 1 says that peers do not conform, which a baseline is there for.
baseline: build ## renew what is known of the libraries (conformance/peers/baseline.json)
	@bin/conformance --without-ref --out $(OUT) --profile $(PROFILE) --write-baseline $(BASELINE) --quiet >bin/baseline.log || \
		[ $$? -eq 1 ] || { cat bin/baseline.log; exit 1; }
	@git --no-pager diff --stat -- $(BASELINE)

test: unit race ## check format, vet, run every test, with the race detector where it pays; TESTFLAGS=-v

# The specs are told apart only because Ginkgo says much more than go test.
unit:
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) || exit 1; \
		[ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	$(GO) vet ./...
	cd conformance/peers && $(GO) vet ./...
	@echo 'go test ./...'; ci/gotest.sh $(TESTFLAGS) $$($(GO) list ./... | grep -v /conformance/specs$$)
	$(GO) test ./conformance/specs
	cd conformance/peers && ../../ci/gotest.sh $(TESTFLAGS) ./...

race:
	@if [ "$$($(GO) env CGO_ENABLED)" != 1 ] || ! command -v "$$($(GO) env CC)" >/dev/null; then \
		echo 'SKIP race detector: it needs cgo and a C compiler'; \
	else \
		echo 'go test -race $(RACY)'; $(GO) test -race $(RACY); \
	fi

specs: ## run the catalogue as Ginkgo specs, against WSSPEC_TARGET if set; JUNIT=FILE ARGS=--label-filter=section:5
	@junit='$(JUNIT)'; case "$$junit" in ''|/*) ;; *) junit=$$PWD/$$junit ;; esac; \
		WSSPEC_JUNIT=$$junit $(GO) tool ginkgo $(ARGS) ./conformance/specs

lint: tools ## run golangci-lint on both modules, then govulncheck
	bin/golangci-lint run ./...
	cd conformance/peers && ../../bin/golangci-lint run ./...
	@$(MAKE) vulnerabilities

tools:
	@mkdir -p bin
	@cd tools && $(GO) build -o ../bin/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint golang.org/x/vuln/cmd/govulncheck

# govulncheck asks a database in the network, which not every machine reaches.
vulnerabilities:
	@for module in . conformance/peers; do \
		if said=$$(cd $$module && "$$OLDPWD/bin/govulncheck" ./... 2>&1); then echo "govulncheck $$module: $$said"; continue; fi; \
		case "$$said" in \
		*'fetching vulnerabilities'*) echo "SKIP govulncheck $$module: its database cannot be reached ($$said)" ;; \
		*) echo "govulncheck $$module: $$said"; exit 1 ;; \
		esac; \
	done

fuzz: ## fuzz every target for a bounded number of inputs; FUZZ=FrameStream FUZZTIME=1h
	@fuzz/run.sh '$(FUZZ)' '$(FUZZTIME)'

mutants: ## show that the fuzz targets find faults made on purpose, some minutes
	@$(GO) run ./fuzz/mutants

seeds: ## renew the fuzz seeds after the catalogue has changed
	@$(GO) generate ./fuzz

clean: ## remove what was built and written
	rm -rf bin $(OUT)
