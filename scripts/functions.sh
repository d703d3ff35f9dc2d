#!/usr/bin/env bash
# functions.sh [OUT] writes the function registry, one overload of SHOW FUNCTIONS a line, by asking the
# Trino that services.sh starts. OUT defaults to trino/functions/functions.jsonl.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/services.sh" up trino
eval "$("$root/scripts/services.sh" env)"
cd "$root"
go run ./trino/functions/internal/showfunctions -server "$LIMN_TEST_TRINO" -out "${1:-trino/functions/functions.jsonl}"
