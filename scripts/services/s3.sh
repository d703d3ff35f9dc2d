# versitygw 1.8.0: an S3 server over a folder; a folder in it is a bucket.

s3_version=v1.8.0
s3_bin=$cache/versitygw-$s3_version/versitygw
s3_access=testkey
s3_secret=testsecret

s3_needs() { :; }

s3_fetch() {
  [ ! -x "$s3_bin" ] || return 0
  say "building versitygw $s3_version (some minutes, once)"
  # The Go checksum database vouches for the version's hash.
  GOBIN=$(dirname "$s3_bin") go install "github.com/versity/versitygw/cmd/versitygw@$s3_version"
}

s3_start() {
  local dir port; dir=$(data s3); port=$(port s3) # before the fork, or two would choose one
  mkdir -p "$dir/root/lake"
  "$s3_bin" --access "$s3_access" --secret "$s3_secret" --region us-east-1 --port "127.0.0.1:$port" --health /health posix "$dir/root" > "$dir/log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
}

# Ready is: a signed request is answered with the list of objects.
s3_ready() {
  # The hash of the empty body, which some curls leave out though S3 demands it.
  local empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
  curl -fsS -m 5 -H "x-amz-content-sha256: $empty" --aws-sigv4 "aws:amz:us-east-1:s3" --user "$s3_access:$s3_secret" "http://127.0.0.1:$(port s3)/lake?list-type=2&max-keys=1" 2>/dev/null | grep -q ListBucketResult
}

s3_env() {
  echo "LIMN_TEST_S3_FOLDER=$(data s3)/root/lake"
  echo "LIMN_TEST_S3=http://$s3_access:$s3_secret@127.0.0.1:$(port s3)/lake"
}
