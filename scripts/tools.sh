#!/usr/bin/env bash
# tools.sh makes the Python environments of the tools that limn reads after, kept in LIMN_CACHE, and prints lines
# that tell tests where their interpreters are: eval "$(scripts/tools.sh)".
#   LIMN_TEST_DBT      dbt-core with dbt-duckdb, which builds the project of the tests
#   LIMN_TEST_DATAHUB  acryl-datahub, whose file source and sink and whose client are run
#   LIMN_TEST_READERS  other readers of the same formats, and the clients of OpenLineage and Anomalo
#   LIMN_TEST_AIRFLOW  Airflow 3 with its API server
#   LIMN_TEST_MOTO     moto's server, which answers as Glue and Lake Formation do
#   LIMN_TEST_LKML     another reader of LookML
# All is pinned by version in scripts/tools/NAME.txt. Needs python3 with venv and pip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/services/lib.sh"
for name in dbt datahub readers airflow moto lkml; do
  pins=$here/tools/$name.txt
  env=$cache/tools-$name-$(cksum < "$pins" | cut -d' ' -f1)
  if [ ! -e "$env/complete" ]; then
    say "installing $name"
    rm -rf "$env"; python3 -m venv "$env"
    "$env/bin/pip" install -q -r "$pins" >&2
    touch "$env/complete"
  fi
  echo "export LIMN_TEST_$(echo "$name" | tr a-z A-Z)=$env/bin/python"
done
