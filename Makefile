# Commands for people and CI. They need Go, make and git, and download only Go
# modules. A part that needs more prints why it is skipped.

.POSIX:
.SUFFIXES:
.PHONY: help build conformance sample autobahn image matrix publish site baseline test test-specs test-modules test-race test-race-command specs lint tools vulnerabilities clean fuzz mutants seeds

GO = go
# The report folder of make conformance, and its profile: quick or full.
OUT = reports/out
PROFILE = quick
# The URL of your own server, to test it instead.
TARGET =
# Additional flags for wsspec server or, with make specs, for ginkgo.
ARGS =
# Additional flags for go test, such as -v.
TESTFLAGS =
# How many packages are tested at once: most tests wait for a peer.
PACKAGES = 3
# The JUnit file of make specs; none by default.
JUNIT =
# The names of the images that make image and make matrix build.
IMAGE = wsspec/wsspec:dev
PEERS_IMAGE = wsspec/peers:dev
PEERS_DEBIAN_IMAGE = wsspec/peers-debian:dev
# The peers of make matrix: all, or go. Those that are not written in Go come from Debian's packages.
MATRIX_PEERS = all

BASELINE = conformance/peers/baseline.json
# The packages whose tests take longest are tested first, so that none is left alone at the end.
LONGEST = ./internal/command ./conformance/faulty ./conformance ./fuzz/network
# Packages whose goroutines share memory; the race detector is useless elsewhere.
RACY = ./ref ./conformance ./conformance/opening ./conformance/play ./conformance/run \
	./conformance/script ./conformance/stream ./conformance/watch ./conformance/between ./reports/record
# Tests that the race detector leaves out: they do one thing after the other, much of it, or
# mostly wait.
CALM = Alike|AsDeflationDoes|Bounded|LeftOut|IsSmall|SmallStacks|ChattyPeer|CutAnywhere|FirstWrongOctet|FloodsOf|NoGreeting|OwnClose|TestAsk|PassesTheSuites|FullDisk
# Of the command, the tests of what goes on at once: signals, services, children.
RACY_COMMAND = Interrupt|Signal|Stops|Serve|Drive|Start

# The fuzz target and its duration. By default, make fuzz runs every target for a
# limited number of inputs.
FUZZ =
FUZZTIME =

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

build: ## build wsspec, the peers, and what starts them, into bin/
	@mkdir -p bin
	@$(GO) build -o bin/ ./cmd/wsspec ./ci/conformance
	@cd conformance/peers && $(GO) build -o ../../bin/ ./cmd/peers

# exec replaces the shell, so that a signal to make reaches the program.
conformance: build ## test the reference and the libraries in both roles; or TARGET=URL; ARGS='--role client --run 5.*'
	@if [ -n '$(TARGET)' ]; then \
		exec bin/wsspec server '$(TARGET)' --out $(OUT) --profile $(PROFILE) $(ARGS); \
	else \
		exec bin/conformance --out $(OUT) --profile $(PROFILE) --baseline $(BASELINE) $(ARGS); \
	fi

sample: build ## renew what is published: reports/sample and docs/faults.md
	@reports/sample/make.sh $(OUT)/sample
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

# The peers from Debian's packages have failures and no baseline, so that exit code 1 is expected.
matrix: ## test every peer in a container of its own (needs Docker Compose and mmdebstrap); MATRIX_PEERS=go
	@ci/image.sh $(IMAGE)
	@ci/image.sh $(PEERS_IMAGE) peers
	@WSSPEC_IMAGE=$(IMAGE) PEERS_IMAGE=$(PEERS_IMAGE) autobahn/matrix/run.sh $(OUT)/matrix
	@[ '$(MATRIX_PEERS)' = go ] || { conformance/peers/debian/image.sh $(PEERS_DEBIAN_IMAGE) && \
		{ WSSPEC_IMAGE=$(IMAGE) PEERS_DEBIAN_IMAGE=$(PEERS_DEBIAN_IMAGE) autobahn/matrix/run.sh $(OUT)/matrix-debian debian.yaml || [ $$? -eq 1 ]; }; }

# The generator takes some minutes to build, once.
site: ## make a web site of the documentation: bin/site/index.html
	@mkdir -p bin
	@cd tools/site && $(GO) build -trimpath -o ../../bin/ github.com/gohugoio/hugo
	@bin/hugo --quiet --source tools/site --destination '$(CURDIR)/bin/site' --cleanDestinationDir --noBuildLock --cacheDir '$(CURDIR)/bin/hugo-cache'
	@cp bin/site/readme.html bin/site/index.html
	@echo 'site: bin/site/index.html'

publish: ## add the reports of make matrix to docs/matrix, and renew its page
	@mkdir -p bin
	@autobahn/matrix/versions.sh $(PEERS_DEBIAN_IMAGE) >bin/matrix.versions
	@$(GO) run ./ci/matrix add bin/matrix.versions $(OUT)/matrix/report.json $(OUT)/matrix-debian/report.json

# Exit code 1 is expected, because the baseline records the failures of the peers.
baseline: build ## renew the known results of the libraries (conformance/peers/baseline.json)
	@bin/conformance --without-ref --out $(OUT) --profile $(PROFILE) --write-baseline $(BASELINE) --quiet >bin/baseline.log || \
		[ $$? -eq 1 ] || { cat bin/baseline.log; exit 1; }
	@git --no-pager diff --stat -- $(BASELINE)

test: ## check format, vet, run every test, some also with the race detector; TESTFLAGS=-v
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) || exit 1; \
		[ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	$(GO) vet ./...
	@echo 'go test ./...'; ci/gotest.sh -p $(PACKAGES) $(TESTFLAGS) $(LONGEST) $$($(GO) list ./... | grep -v /conformance/specs$$)
	@$(MAKE) --no-print-directory -j4 -O test-specs test-modules test-race test-race-command

# These mostly wait, so that they run beside each other. gotest.sh would print all the output
# of Ginkgo.
test-specs:
	$(GO) test ./conformance/specs

test-modules:
	cd conformance/peers && $(GO) vet ./... && ../../ci/gotest.sh $(TESTFLAGS) ./...
	cd ci/validate && $(GO) vet -tags docker ./... && ../gotest.sh $(TESTFLAGS) ./...
	cd ref/http3 && $(GO) vet ./... && ../../ci/gotest.sh $(TESTFLAGS) ./...
	cd conformance/http3 && $(GO) vet ./... && ../../ci/gotest.sh $(TESTFLAGS) ./...

CAN_RACE = [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v "$$($(GO) env CC)" >/dev/null || \
	{ echo 'SKIP race detector: it needs cgo and a C compiler'; exit 0; }

test-race:
	@$(CAN_RACE); echo 'go test -race $(RACY)'; ci/gotest.sh -race -p $(PACKAGES) -skip '$(CALM)' $(RACY)

test-race-command:
	@$(CAN_RACE); ci/gotest.sh -race -run '$(RACY_COMMAND)' -skip '$(CALM)' ./internal/command

specs: ## run the catalogue as Ginkgo specs, against WSSPEC_TARGET if set; JUNIT=FILE ARGS=--label-filter=section:5
	@junit='$(JUNIT)'; case "$$junit" in ''|/*) ;; *) junit=$$PWD/$$junit ;; esac; \
		WSSPEC_JUNIT=$$junit $(GO) tool ginkgo $(ARGS) ./conformance/specs

lint: tools ## run golangci-lint and govulncheck on wsspec and the peers
	bin/golangci-lint run ./...
	cd conformance/peers && ../../bin/golangci-lint run ./...
	@$(MAKE) vulnerabilities
	cd ci/validate && ../../bin/golangci-lint run --build-tags docker ./...
	cd ref/http3 && ../../bin/golangci-lint run ./...
	cd conformance/http3 && ../../bin/golangci-lint run ./...

tools:
	@mkdir -p bin
	@cd tools && $(GO) build -o ../bin/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint golang.org/x/vuln/cmd/govulncheck

# govulncheck needs a database on the network, which may be unreachable.
vulnerabilities:
	@for module in . conformance/peers ref/http3 conformance/http3; do \
		if said=$$(cd $$module && "$$OLDPWD/bin/govulncheck" ./... 2>&1); then echo "govulncheck $$module: $$said"; continue; fi; \
		case "$$said" in \
		*'fetching vulnerabilities'*) echo "SKIP govulncheck $$module: its database cannot be reached ($$said)" ;; \
		*) echo "govulncheck $$module: $$said"; exit 1 ;; \
		esac; \
	done

fuzz: ## fuzz every target for a limited number of inputs; FUZZ=FrameStream FUZZTIME=1h
	@fuzz/run.sh '$(FUZZ)' '$(FUZZTIME)'

mutants: ## check that the fuzz targets find deliberate faults; takes some minutes
	@$(GO) run ./fuzz/mutants

seeds: ## renew the fuzz seeds after a change of the catalogue
	@$(GO) generate ./fuzz

clean: ## remove binaries and reports
	rm -rf bin $(OUT)

.PHONY: release release-tools

release: release-tools ## build all files of a release into bin/release, and publish nothing (images need Docker)
	@ci/release/make.sh

# They are many modules, and take minutes to build the first time. So make lint does without.
release-tools:
	@mkdir -p bin
	@cd tools/release && $(GO) build -o ../../bin/ github.com/goreleaser/goreleaser/v2 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

.PHONY: bench bench-check soak

# How make bench measures; make bench-check compares with what is committed.
BENCHFLAGS = -rounds 5 -time 1s
# How long make soak runs.
SOAK = 10m

bench: ## measure the reference beside other Go libraries, and print which goals are met
	cd ref/bench && $(GO) build -o ../../bin/refbench . && ../../bin/refbench $(BENCHFLAGS) -out ../../$(OUT)/bench

# The ratio to a server written by hand, in one run, says more than a time.
bench-check:
	cd ref/bench && $(GO) build -o ../../bin/refbench . && ../../bin/refbench -run 'echo-128|echo-1M|json-1K' -lib '^(floor|ref.*)$$' $(BENCHFLAGS) -check baseline.json

soak: ## run client and server through a proxy that delays, cuts and resets; SOAK=8h
	$(GO) test ./ref -run TestEveryCut
	cd ref/bench && $(GO) run ./soak -time $(SOAK)

.PHONY: kubernetes

# WSSPEC_IMAGE=NAME takes an image that is there, and builds none.
kubernetes: ## run the Jobs of ci/kubernetes as containers (needs Docker Compose)
	@[ -n "$$WSSPEC_IMAGE" ] || ci/image.sh $(IMAGE)
	@cd ci/validate && WSSPEC_IMAGE=$${WSSPEC_IMAGE:-$(IMAGE)} $(GO) test -count=1 -tags docker -run InContainers $(TESTFLAGS) .
