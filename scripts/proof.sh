#!/usr/bin/env bash
# proof.sh [STEP…] runs the long proofs and prints a dated report of their figures.
#
# A step that has passed on this commit with a clean work tree is not run again, so that a broken-off run
# goes on where it stopped; LIMN_PROOF_FRESH=1 runs all. Logs are in dist/proof. The parts of services.sh
# are started and left running. Takes about an hour and a half; most of it is fuzzing, LIMN_PROOF_FUZZ (10m)
# for each target.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=dist/proof
fuzz=${LIMN_PROOF_FUZZ:-10m}
mkdir -p "$out"

# NAME|COMMAND, one a line. Figures are the lines of a log with "figure:" or "x of y".
steps=$(cat <<X
statements|go test -count=1 -v ./trino/parse ./trino/format ./trino/ast
checking|go test -count=1 -v ./trino/check ./trino/types ./trino/functions
lineage|go test -count=1 -v ./trino/lineage
translation|go test -count=1 -v -timeout 90m ./engine/duckdb/translate
engines|go test -count=1 -v ./engine/duckdb ./engine/trino ./engine/enginetest
gate|go test -count=1 -v ./gate/... ./access
speed|go test -count=1 -v -run Against ./cmd/limn/proof
models|go test -count=1 -timeout 40m ./cmd/limn/proof ./semantic/... ./nl2sql/...
search|go test -count=1 -v -timeout 60m ./embeddings/...
commands|go test -count=1 -timeout 20m ./cmd/limn
sources|go test -count=1 -v -timeout 20m ./ingest/sources/... ./internal/conf
fuzz-parse|scripts/fuzz.sh ./trino/parse FuzzParse $fuzz
fuzz-format|scripts/fuzz.sh ./trino/format FuzzRoundTrip $fuzz
fuzz-check|scripts/fuzz.sh ./trino/check FuzzCheck $fuzz
fuzz-translate|scripts/fuzz.sh ./engine/duckdb/translate FuzzQuery $fuzz
fuzz-gate|scripts/fuzz.sh ./gate FuzzJudge $fuzz
X
)

scripts/services.sh up || exit 1
eval "$(scripts/services.sh env)"
scripts/tpc-queries.sh "$out/tpc" || exit 1
LIMN_TEST_SQLGLOT=$(scripts/sqlglot.sh) || exit 1
tools=$(scripts/tools.sh) || exit 1
eval "$tools"
export LIMN_TEST_EXPRESSIONS=${LIMN_TEST_EXPRESSIONS:-30000} LIMN_TEST_QUERIES=${LIMN_TEST_QUERIES:-3000}
export LIMN_PROOF=1 LIMN_TEST_SERVICES=required LIMN_TEST_TPC_QUERIES=$PWD/$out/tpc LIMN_TEST_SQLGLOT

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain 2>/dev/null)" ] || commit=$commit+changes
bad=0
while IFS='|' read -r name command; do
  [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
  if [ "$(cat "$out/$name.ok" 2>/dev/null)" = "$commit" ] && [ "${commit%+changes}" = "$commit" ] && [ -z "${LIMN_PROOF_FRESH:-}" ]; then
    echo "proof: $name has passed on $commit" >&2; continue
  fi
  echo "proof: $name: $command" >&2
  rm -f "$out/$name.ok"; began=$(date +%s)
  if $command > "$out/$name.log" 2>&1 < /dev/null; then echo "$commit" > "$out/$name.ok"; else bad=1; tail -20 "$out/$name.log" >&2; fi
  echo "$(($(date +%s) - began)) s" > "$out/$name.took"
done <<< "$steps"

{
  echo "# Proof of $commit, $(date -u +%F)"
  echo
  echo "$(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)), $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(go version | cut -d' ' -f3)"
  while IFS='|' read -r name command; do
    [ -e "$out/$name.log" ] || continue
    echo; echo "## $name: $([ -e "$out/$name.ok" ] && echo passed || echo FAILED) in $(cat "$out/$name.took") ($command)"; echo
    grep -hE 'figure:|: [0-9]+ of [0-9]+|map\[|[0-9]+ attempts|execs: [0-9]+' "$out/$name.log" | sed -E 's/^ *[a-z_]+\.go:[0-9]+: //' | awk '/execs:/ {last=$0; next} {print "- " $0} END {if (last) print "- " last}'
  done <<< "$steps"
} | tee "$out/report.md"
exit $bad
