#!/usr/bin/env bash
# samples-oracle.sh FOLDER counts with other people's parsers what is in a folder of samples, and writes the
# counts to ingest/sources/testdata/samples-counts.json, which our readers are held to.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# = 1 ] || { echo "usage: samples-oracle.sh FOLDER" >&2; exit 2; }
eval "$("$here/tools.sh")"
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
"$LIMN_TEST_READERS" "$here/samples-oracle.py" readers "$1" > "$tmp/readers.json"
"$LIMN_TEST_DATAHUB" "$here/samples-oracle.py" datahub "$1" > "$tmp/datahub.json"
mkdir -p "$here/../ingest/sources/testdata"
python3 - "$tmp" > "$here/../ingest/sources/testdata/samples-counts.json" <<'PY'
import json, sys
out = {}
for name in ("readers", "datahub"):
    out.update(json.load(open(f"{sys.argv[1]}/{name}.json")))
lines = []
for system, files in sorted(out.items()):
    rows = ",\n".join(f"  {json.dumps(f)}: {json.dumps(c, sort_keys=True)}" for f, c in sorted(files.items()))
    lines.append(f" {json.dumps(system)}: {{\n{rows}\n }}")
print("{\n" + ",\n".join(lines) + "\n}")
PY
