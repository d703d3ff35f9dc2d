# Shared by the parts: where things are kept, and how a part is started, waited for and stopped.
# A part defines PART_needs, PART_fetch, PART_start (in its data folder, leaves pid), PART_ready (a real
# request; 0 when answered), PART_env (lines NAME=value), and may define PART_stop.

parts="postgres s3 trino embed"
cache=${LIMN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/limn}
run=${LIMN_SERVICES:-$cache/run}

say() { echo "services: $*" >&2; }
die() { echo "services.sh: $*" >&2; exit 1; }
data() { echo "$run/$1"; }

# port PART [NAME] prints the part's port, choosing a free one the first time.
port() {
  local file; file=$(data "$1")/port${2:+-$2}
  if [ ! -s "$file" ]; then
    mkdir -p "$(data "$1")"
    python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' > "$file"
  fi
  cat "$file"
}

# with_needs PART… prints the parts and what they need, in the order of starting.
with_needs() {
  local want=" $* " part need
  for part in embed trino s3 postgres; do
    case $want in *" $part "*) for need in $("${part}_needs"); do want="$want$need "; done ;; esac
  done
  for part in $parts; do case $want in *" $part "*) echo "$part" ;; esac; done
}

# with_users PART… prints the parts and what needs them, in the order of stopping.
with_users() {
  local want=" $* " part need
  for part in $parts; do
    for need in $("${part}_needs"); do case $want in *" $need "*) want="$want$part "; break ;; esac; done
  done
  for part in embed trino s3 postgres; do case $want in *" $part "*) echo "$part" ;; esac; done
}

alive() { [ -s "$(data "$1")/pid" ] && kill -0 "$(head -1 "$(data "$1")/pid")" 2>/dev/null; }

up() {
  local part=$1 dir began; dir=$(data "$1")
  if alive "$part" && "${part}_ready"; then say "$part is up"; return; fi
  "${part}_fetch"
  mkdir -p "$dir"; began=$(date +%s)
  if ! alive "$part"; then
    # What took the port while the part was down keeps it.
    for f in "$dir"/port*; do [ -e "$f" ] && free "$(cat "$f")" || rm -f "$f"; done
    "${part}_start"
  fi
  while [ $(($(date +%s) - began)) -lt "${LIMN_SERVICES_WAIT:-180}" ]; do
    if "${part}_ready"; then say "$part is up after $(($(date +%s) - began)) s"; return; fi
    alive "$part" || { tail -30 "$dir/log" >&2; die "$part stopped while starting; its log is $dir/log"; }
    sleep 0.1
  done
  tail -5 "$dir/log" >&2
  die "$part gave no answer within ${LIMN_SERVICES_WAIT:-180} s; its log is $dir/log"
}

free() { python3 -c 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1",int(sys.argv[1])))' "$1" 2>/dev/null; }

down() {
  local part=$1 pid
  alive "$part" || { rm -f "$(data "$part")/pid"; return 0; }
  pid=$(head -1 "$(data "$part")/pid")
  if declare -F "${part}_stop" >/dev/null; then "${part}_stop"; else kill "$pid"; fi
  for _ in $(seq 1 300); do kill -0 "$pid" 2>/dev/null || { rm -f "$(data "$part")/pid"; say "$part is down"; return 0; }; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$(data "$part")/pid"
  say "$part had to be killed"
}

clean() {
  if declare -F "${1}_clean" >/dev/null; then "${1}_clean"; fi
  rm -rf "$(data "$1")"
}

status() {
  if alive "$1" && "${1}_ready"; then echo "$1 up $(port "$1")"; else echo "$1 down"; return 1; fi
}

# write_env leaves what tests need to find the running parts in run/env.
write_env() {
  mkdir -p "$run"
  for part in $parts; do alive "$part" && "${part}_env"; done | sed 's/^/export /' > "$run/env.new" || true
  mv "$run/env.new" "$run/env"
}
