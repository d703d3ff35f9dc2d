#!/usr/bin/env bash
# tpc-queries.sh OUT writes the 22 queries of TPC-H and the 99 of TPC-DS in Trino's form, as its own
# benchmarks have them, into OUT/tpch/q01.sql … and OUT/tpcds/q01.sql …, over the schemas tiny. They come
# from a Maven artifact that is pinned by version and hash and kept in LIMN_CACHE. Needs mvn and python3.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,5p' "$0" | sed 's/^# //' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/services/lib.sh"
version=368
sha256=5647337d12968a2de21555fde5498ff54b29b2708b4caf7c01ebb7a8c5cea022
jar=$cache/trino-benchto-benchmarks-$version.jar
if ! echo "$sha256  $jar" | sha256sum --quiet --status -c - 2>/dev/null; then
  say "fetching the TPC queries"
  mkdir -p "$cache"; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  # shellcheck disable=SC2086  # MVN_FLAGS is a list of flags
  mvn -B -q -C ${MVN_FLAGS:-} org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="io.trino:trino-benchto-benchmarks:$version:jar" -DoutputDirectory="$work" >&2
  mv "$work"/*.jar "$jar"
  echo "$sha256  $jar" | sha256sum --quiet -c -
fi
python3 - "$jar" "$1" <<'P'
import os, re, sys, zipfile
jar, out = sys.argv[1:]
n = 0
with zipfile.ZipFile(jar) as z:
    for name in z.namelist():
        m = re.fullmatch(r"sql/presto/(tpch|tpcds)/(q\d+)\.sql", name)
        if not m:
            continue
        text = z.read(name).decode()
        for key, value in {"database": m[1], "schema": "tiny", "prefix": "", "scale": "1"}.items():
            text = text.replace("${" + key + "}", value)
        if "${" in text:
            sys.exit(f"{name}: a variable is left")
        os.makedirs(f"{out}/{m[1]}", exist_ok=True)
        with open(f"{out}/{m[1]}/{m[2]}.sql", "w") as f:
            f.write(text.strip().rstrip(";").strip() + "\n")
        n += 1
if n != 121:
    sys.exit(f"{n} queries, want 121")
P
