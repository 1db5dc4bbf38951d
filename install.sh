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

install_packages() {
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "Bitte als root installieren: apt-get install $*"; exit 1; }
    root=(sudo)
  fi
  say "Systempakete werden installiert: $*"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

missing=()
while read -r package; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done < <(grep -hv '^#' "${lists[@]}")
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"

has_pip() { .venv/bin/python -m pip --version >/dev/null 2>&1; }

# An interrupted run leaves an environment with Python and without pip.
if ! has_pip; then
  python=
  for candidate in python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || { say "Es fehlt Python 3.11 oder neuer."; exit 1; }
  # python3-venv belongs to the system's own Python; another one has a package of its own.
  "$python" -c 'import venv, ensurepip' 2>/dev/null || install_packages "$python-venv"
  say "Virtuelle Umgebung wird angelegt ($python)"
  "$python" -m venv --clear .venv
fi
stamp=.venv/.installed-$(cat "$lock" pyproject.toml | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  say "Python-Pakete werden installiert (einmalig, einige Minuten)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$stamp"
fi
