#!/usr/bin/env bash
# sqlglot.sh makes a Python environment with sqlglot's compiled build, kept in LIMN_CACHE, and prints the
# path of its interpreter: what our parser is timed against. Needs python3 with venv and pip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/services/lib.sh"
version=30.30.0
env=$cache/sqlglot-$version
if [ ! -e "$env/complete" ]; then
  say "installing sqlglot $version"
  rm -rf "$env"; python3 -m venv "$env"
  "$env/bin/pip" install -q "sqlglot[c]==$version" >&2
  touch "$env/complete"
fi
echo "$env/bin/python"
