# SPDX-License-Identifier: BSD-3-Clause
#
# make demo     simulated detector -> live reconstruction -> score against the truth
# make paper-twin | paper-twin-small   a published experiment, simulated and reconstructed live
# make test     lint, build, every test suite
# make bench    measurements as JSON lines (ONLY=pattern, PEERS_PYTHON=python)
# make completions | man   for the shell and for man, into SHARE=.build/share; install-share copies them
# make lint | format | deps | clean
#
# Each target stands alone: it installs the libraries that it needs (Debian's apt-get) and builds.

SWIFT ?= swift
SOURCES := Sources Simulator Tests Package.swift
PROGRAMS := tiltfold detector-simulator

SHARE ?= .build/share
PREFIX ?= $(HOME)/.local

.PHONY: demo paper-twin paper-twin-small test bench lint format deps build clean completions man \
	install-share

# RESULTS= folder, KEEP=1 keeps the recording, SEED=, TILTS=, RATE= frames/s, PORT= first of seven.
demo: build
	@BIN="$$($(SWIFT) build -c release --show-bin-path)" Simulator/demo.sh

# RESULTS= folder, KEEP=1 keeps the recordings, SEED=, STACK=0 leaves the stack of energies out.
paper-twin: build
	@BIN="$$($(SWIFT) build -c release --show-bin-path)" SIZE=full Simulator/paper-twin.sh

paper-twin-small: build
	@BIN="$$($(SWIFT) build -c release --show-bin-path)" SIZE=small Simulator/paper-twin.sh

test: deps lint
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build

bench: deps
	@$(SWIFT) build -c release --product tiltfold-bench >&2
	@"$$($(SWIFT) build -c release --show-bin-path)/tiltfold-bench"

# The places below share/ at which bash-completion, zsh, fish and man look.
completions: build
	@BIN="$$($(SWIFT) build -c release --show-bin-path)" .ci/share completions "$(SHARE)"

man: build
	@BIN="$$($(SWIFT) build -c release --show-bin-path)" .ci/share man "$(SHARE)"

install-share: completions man
	@mkdir -p "$(PREFIX)/share" && cp -R "$(SHARE)/." "$(PREFIX)/share/" && echo "$(PREFIX)/share"

lint:
	$(SWIFT) format lint --strict -r $(SOURCES)

format:
	$(SWIFT) format -i -r $(SOURCES)

build: deps
	@for program in $(PROGRAMS); do $(SWIFT) build -c release --product $$program || exit; done

deps:
	@SWIFT="$(SWIFT)" .ci/dependencies
	@.ci/plotly || true

clean:
	$(SWIFT) package clean
	rm -rf demo-results paper-twin-results
