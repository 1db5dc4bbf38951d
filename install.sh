#!/usr/bin/env bash
# Installs what is missing: system packages, the virtual environment from the lock file, the project itself.
# Usage: ./install.sh [--tests]        A second run with nothing missing takes about a second.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '%s\n' "$*" >&2; }

lists=(config/system-packages.txt)
lock=requirements.lock
if [ "${1:-}" = --tests ]; then
  lists+=(tests/system-packages.txt)
  lock=requirements-dev.lock
fi

missing=()
while read -r package; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done < <(grep -hv '^#' "${lists[@]}")
if [ ${#missing[@]} -gt 0 ]; then
  root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "Bitte als root installieren: apt-get install ${missing[*]}"; exit 1; }
    root=(sudo)
  fi
  say "Systempakete werden installiert: ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

python=
for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || { say "Es fehlt Python 3.11 oder neuer."; exit 1; }

[ -x .venv/bin/python ] || { say "Virtuelle Umgebung wird angelegt ($python)"; "$python" -m venv .venv; }
stamp=.venv/.installed-$(cat "$lock" pyproject.toml | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  say "Python-Pakete werden installiert (einmalig, einige Minuten)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$stamp"
fi
