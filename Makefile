# `make run` and `make test` are all that a newcomer needs: each makes .venv first when it is missing, when what
# it should hold has changed, or when the checkout has moved. Paths are relative, so the checkout may stand anywhere.

PYTHON ?= python3
RUN ?= --sample
TESTS ?=
BENCHES ?= append import read rebuild replay http verify

.PHONY: run test lint format bench lock clean FORCE

run: .venv/ready  ## start everything with a sample organisation; Ctrl-C stops it
	.venv/bin/mentorledger run $(RUN)

test: .venv/ready  ## run the tests, on up to eight cores
	.venv/bin/python -m pytest -n logical --maxprocesses 8 $(TESTS)

lint: .venv/ready  ## check style, types and the direction of imports
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: .venv/ready  ## put the code into its standard form
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: .venv/ready  ## measure against the yardsticks, ratios first
	set -e; for bench in $(BENCHES); do .venv/bin/mentorledger bench $$bench; done

# The resolver is no part of the environment, as only this target needs it. The lock holds for each Python from 3.11
# and each platform; setuptools is in it because it builds the editable install.
lock: .venv/ready  ## choose the newest versions within the ranges of pyproject.toml and write their hashes
	.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<1'
	echo 'setuptools>=77' | .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --output-file requirements.lock pyproject.toml -

clean:  ## remove what `make` made; the data folder stays
	rm -rf .venv build mentorledger.egg-info

# The stamp holds the path for which the environment was made: its scripts would call the old place after a move.
ifneq ($(shell cat .venv/ready 2>/dev/null),$(CURDIR))
.venv/ready: FORCE
endif

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Mentorledger needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
	    { echo 'Python could not make a virtual environment; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Installing into .venv; this takes a minute the first time.'
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@pwd > .venv/ready
