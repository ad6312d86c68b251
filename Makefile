# Everything here needs bash, GNU make and Python 3.11 or later; the rest is fetched into .venv.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
# the pages run on PostgreSQL in test-full; what they call runs on it always
ON_POSTGRES ?= tests/domain tests/cli/test_first_run.py tests/guide/test_run.py
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-ready
DEV := $(VENV)/.dev-ready

export UV_LINK_MODE := copy
export UV_NO_PROGRESS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_INDEX_STRATEGY := unsafe-best-match
unexport VIRTUAL_ENV

# uv does not read pip's configuration, which is where a mirror or an own certificate is usually named
define PIP_SAYS
setting() { $(BIN)/python -m pip config list 2>/dev/null | sed -nE "s/^.*[.:]$$1='(.*)'$$/\1/p" | tail -n 1; }
hand_on() { local value; value="$$(setting "$$2")"; if [ -z "$${!1:-}" ] && [ -n "$$value" ]; then export "$$1=$$value"; fi; }
hand_on UV_DEFAULT_INDEX index-url
hand_on UV_INDEX extra-index-url
hand_on UV_FIND_LINKS find-links
hand_on SSL_CERT_FILE cert
endef

# warnings of pip and uv about things a user cannot change are left out; errors are not
define INSTALL
$(PIP_SAYS)
$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python $(1)
$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
endef

help: ## 列出所有目标
	@sed -nE 's/^([a-z-]+):.*## (.+)$$/\1|\2/p' Makefile | while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

setup: $(RUNTIME) ## 建好 .venv，里面有 zhiyin 命令
	@echo "好了。试试：$(BIN)/zhiyin -h，或 make demo"

demo: $(RUNTIME) ## 生成演示机构并启动，http://127.0.0.1:8000（PORT= 换端口）
	@exec $(BIN)/zhiyin demo --port $(PORT)

test: check chromium ## 全部检查和测试：SQLite、PostgreSQL、浏览器
	@export ZHIYIN_TEST_CHROMIUM="$$($(MAKE) chromium-path)"
	echo "== 测试：SQLite 和浏览器"
	$(BIN)/python -m pytest -q -n $(WORKERS) $(STRICT)
	echo "== 测试：PostgreSQL"
	ZHIYIN_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q -n $(WORKERS) $(STRICT) $(ON_POSTGRES)

test-full: test ## make test，再加慢的测试和每个对比测量各跑一遍
	@export ZHIYIN_TEST_CHROMIUM="$$($(MAKE) chromium-path)"
	echo "== 慢的测试"
	$(BIN)/python -m pytest -q -n $(WORKERS) -m slow $(STRICT)
	echo "== 页面在 PostgreSQL 上"
	ZHIYIN_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q -n $(WORKERS) $(STRICT) tests/web tests/demo
	$(MAKE) bench

check: $(DEV) ## 只查不跑：格式、类型、层次、数据库迁移
	@echo "== ruff、mypy、import-linter、makemigrations"
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet . || { echo "有文件没有排好版，请运行 make fix"; exit 1; }
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m django makemigrations --check --dry-run

fix: $(DEV) ## 自动改正格式和能改的毛病
	@$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check .

bench: $(DEV) ## 对比测量，结果见 docs/benchmarks.md
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

conformance: $(DEV) ## 重写 docs/conformance.md：每条条款由什么落实、由什么测试
	@$(BIN)/zhiyin pack trace --markdown > docs/conformance.md

lock: $(BIN)/uv ## 按 pyproject.toml 重算两个锁文件（UPGRADE=1 升到最新）
	@$(PIP_SAYS)
	compile() { $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(if $(UPGRADE),--upgrade) "$$@"; }
	compile pyproject.toml --group dev -o requirements-dev.lock
	compile pyproject.toml -c requirements-dev.lock -o requirements.lock

clean: ## 删除 .venv 和各种缓存，不动数据
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON)：请安装 Python 3.11 或更高版本"; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	    echo "要用 Python 3.11 或更高版本，$(PYTHON) 是 $$($(PYTHON) -V 2>&1)；可用 PYTHON= 另指一个，如 make setup PYTHON=python3.12"
	    exit 1
	}
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
	    echo "缺少 python3-venv：请用管理员身份运行 apt-get install python3-venv，再试一次"
	    exit 1
	}
	echo "建立 $(VENV)（第一次要下载约 100 MB，以后不用）"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/uv
	@if [ -e $(DEV) ]; then $(MAKE) $(DEV); fi
	if [ ! -e $(DEV) ]; then
	$(call INSTALL,requirements.lock)
	fi
	touch $(RUNTIME)

$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/uv
	@$(call INSTALL,requirements-dev.lock)
	touch $(DEV) $(RUNTIME)

# the browser for the tests: ZHIYIN_CHROMIUM names one, otherwise the system's, otherwise apt's
chromium-path:
	@echo "$${ZHIYIN_CHROMIUM:-$$(command -v chromium chromium-browser google-chrome | head -n 1 || true)}"

chromium:
	@if [ -n "$$($(MAKE) chromium-path)" ]; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	    echo "安装 Chromium（浏览器测试用）"
	    apt-get update -qq
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null
	else
	    echo "浏览器测试要用 Chromium：请安装（Debian：apt-get install chromium），或用 ZHIYIN_CHROMIUM= 指明它在哪里"
	    exit 1
	fi

# in continuous integration a skipped test is a failure
STRICT := $(if $(ZHIYIN_CI),-p tests.no_skips)

.PHONY: help setup demo test test-full check fix bench conformance lock clean chromium chromium-path
