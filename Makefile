# The README's commands. Each works alone on a bare Debian 12: it installs what is missing, builds, and runs.
BUILD ?= build
PRESET ?= release
VENV := .venv
PYTHON := $(CURDIR)/$(VENV)/bin/python
# What the virtual environment is made with: Debian's own, which python3-venv belongs to.
SYSTEM_PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
NINJA = ninja -C $(BUILD) -j $$(scripts/jobs)

# Where `make install` puts Tare; DESTDIR is put in front, as packagers want it.
PREFIX ?= /usr/local
DESTDIR ?=

# What `make bench` measures, and how: "run", "calibrate --quick", ... (bench/README.md).
BENCH ?=
BENCH_TARGETS = tare tare-runtime tare-kernels-bench

.PHONY: all deps packages test-packages configure build build-all install uninstall test demo bench fuzz format clean wheel runtime-wheel

all: build

deps: packages $(VENV)/.complete

packages:
	@scripts/install-packages

# What tests alone need: a browser.
test-packages: packages
	@scripts/install-packages test/packages.txt

# Made again when the pinned versions change; complete or not there.
$(VENV)/.complete: test/requirements.txt | packages
	rm -rf $(VENV)
	$(SYSTEM_PYTHON) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --retries 5 --requirement test/requirements.txt
	touch $@

$(BUILD)/build.ninja: | deps
	cmake --preset $(PRESET) -B $(BUILD) -DTARE_PYTHON=$(PYTHON)

configure: $(BUILD)/build.ninja

# Everything that is installed.
build: configure
	$(NINJA) installable

build-all: configure
	$(NINJA)

install: build
	DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix "$(abspath $(PREFIX))"

uninstall:
	scripts/uninstall "$(DESTDIR)$(abspath $(PREFIX))"

test: build-all test-packages
	@status=0; ctest --test-dir $(BUILD) --output-on-failure -j 2 || status=$$?; \
	  $(PYTHON) test/e2e/skips.py $(BUILD)/test/skips; exit $$status

# The Python package, and that which runs programs alone, without LLVM: dist/*.whl.
WHEEL = $(PYTHON) -m pip wheel --disable-pip-version-check --no-input --no-deps --wheel-dir dist
wheel: deps
	$(WHEEL) .

runtime-wheel: deps
	$(WHEEL) python/runtime

demo: build
	$(PYTHON) examples/digits/demo.py --tare $(BUILD)/bin/tare

$(VENV)/.bench-complete: bench/requirements.txt $(VENV)/.complete
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --retries 5 --requirement bench/requirements.txt
	touch $@

bench: configure $(VENV)/.bench-complete
	cmake -DTARE_BUILD_BENCHMARKS=ON $(BUILD)
	$(NINJA) $(BENCH_TARGETS)
	$(PYTHON) bench/run.py --build $(BUILD) $(BENCH)

# Each fuzzer for a minute, with the sanitizers; FUZZ="--seconds 1200" for longer.
FUZZ ?=
fuzz: deps
	cmake --preset sanitizers -DTARE_PYTHON=$(PYTHON) -DTARE_BUILD_FUZZERS=ON
	ninja -C build-sanitizers -j $$(scripts/jobs) fuzzers
	scripts/fuzz build-sanitizers $(FUZZ)

# The sources that git knows.
format: packages
	git ls-files '*.cpp' '*.h' | xargs clang-format-22 -i

clean:
	rm -rf $(BUILD)
