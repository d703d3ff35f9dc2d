# Trino 483, assembled from its Maven artifacts: the server, four connectors, and two classes of ours (a
# main class, and a password check for the tests of signing in). It listens on a plain port, where the user
# header is believed, and on a TLS port, which asks for a password, a JWT or a client certificate.

trino_version=483
trino_home=$cache/trino-$trino_version
trino_java=${TRINO_JAVA_HOME:-/usr/lib/jvm/temurin-25-jdk-amd64}
trino_files=$here/services/trino

trino_needs() { echo postgres s3; }

trino_fetch() {
  local lock=$trino_files/jars.sha256 stamp
  stamp=$(cat "$trino_files"/*.java "$lock" "$trino_files/pom.sh" | sha256sum | cut -c1-16)
  [ "$(cat "$trino_home/complete" 2>/dev/null)" != "$stamp" ] || return 0
  [ -x "$trino_java/bin/java" ] || die "trino needs a JDK 25; there is none at $trino_java; set TRINO_JAVA_HOME"
  say "assembling trino $trino_version"
  rm -rf "$trino_home"; mkdir -p "$trino_home"
  JAVA_HOME=$trino_java bash "$trino_files/pom.sh" "$trino_version" "$trino_home"
  (cd "$trino_home" && find . -name '*.jar' | sort | xargs sha256sum) > "$trino_home/jars.sha256"
  # Ours are compiled here, so only the downloaded ones are held against the lock.
  if [ -s "$lock" ] && [ -z "${LIMN_SERVICES_LOCK:-}" ]; then
    diff -u "$lock" "$trino_home/jars.sha256" >&2 || die "the downloaded jars differ from $lock"
  else
    cp "$trino_home/jars.sha256" "$lock"; stamp=$(cat "$trino_files"/*.java "$lock" "$trino_files/pom.sh" | sha256sum | cut -c1-16)
  fi
  local work; work=$(mktemp -d)
  "$trino_java/bin/javac" -cp "$trino_home/lib/*" -d "$work" "$trino_files"/*.java
  "$trino_java/bin/jar" --create --file "$trino_home/lib/limn-start.jar" -C "$work" Start.class
  mkdir -p "$trino_home/plugin/passwords" "$work/META-INF/services"
  echo Passwords > "$work/META-INF/services/io.trino.spi.Plugin"
  (cd "$work" && "$trino_java/bin/jar" --create --file "$trino_home/plugin/passwords/passwords.jar" META-INF Passwords*.class)
  rm -rf "$work"; echo "$stamp" > "$trino_home/complete"
}

trino_start() {
  local dir etc; dir=$(data trino); etc=$dir/etc
  rm -rf "$etc" "$dir/var"; mkdir -p "$etc/catalog" "$dir/var"
  cp "$trino_files"/catalog/*.properties "$etc/catalog/"
  cp "$trino_files/rules.json" "$etc/"
  # Trino expects the tables of Iceberg's JDBC catalog (schema V1) to be there.
  postgres_psql -d iceberg -f "$trino_files/iceberg.sql"
  [ -s "$dir/certs/ca.pem" ] || (cd "$here/.." && go run ./internal/service/certs "$dir/certs")
  cat > "$etc/config.properties" <<X
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$(port trino)
discovery.uri=http://127.0.0.1:$(port trino)
catalog.management=static
query.max-memory=800MB
query.max-memory-per-node=600MB
memory.heap-headroom-per-node=300MB
query.min-expire-age=10m
query.max-history=2000
task.max-worker-threads=4
query.client.timeout=2m
web-ui.enabled=false
http-server.https.enabled=true
http-server.https.port=$(port trino tls)
http-server.https.keystore.path=$dir/certs/server.pem
http-server.https.truststore.path=$dir/certs/ca.pem
http-server.authentication.type=CERTIFICATE,JWT,PASSWORD
http-server.authentication.allow-insecure-over-http=true
http-server.authentication.certificate.user-mapping.pattern=CN=(.*?)(,.*)?
http-server.authentication.jwt.key-file=$dir/certs/jwt-public.pem
password-authenticator.config-files=$etc/password-authenticator.properties
internal-communication.shared-secret=only-for-tests
access-control.config-files=$etc/access-control.properties
X
  printf 'password-authenticator.name=limn-test\nusers=svc:let-me-in,ann:ann-secret\n' > "$etc/password-authenticator.properties"
  printf 'access-control.name=file\nsecurity.config-file=%s\nsecurity.refresh-period=5s\n' "$etc/rules.json" > "$etc/access-control.properties"
  echo 'io.trino=INFO' > "$etc/log.properties"
  (
    cd "$dir" # the server writes beside where it starts
    export LIMN_PG_HOST=127.0.0.1 LIMN_PG_PORT LIMN_S3_ENDPOINT
    LIMN_PG_PORT=$(port postgres) LIMN_S3_ENDPOINT=http://127.0.0.1:$(port s3)
    exec "$trino_java/bin/java" -server -Xms512M -Xmx"${LIMN_TRINO_HEAP:-2G}" -XX:+UseG1GC -XX:G1HeapRegionSize=8M \
      -XX:+ExplicitGCInvokesConcurrent -XX:+ExitOnOutOfMemoryError -Djdk.attach.allowAttachSelf=true -Djdk.nio.maxCachedBufferSize=2000000 \
      -Dfile.encoding=UTF-8 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow --add-modules=jdk.incubator.vector \
      -Dnode.environment=test -Dnode.id=limn-test -Dnode.data-dir="$dir/var" -Dnode.internal-address=127.0.0.1 -Dnode.bind-ip=127.0.0.1 \
      -Dconfig="$etc/config.properties" -Dlog.levels-file="$etc/log.properties" -Dlog.enable-console=true \
      -Dcatalog.config-dir="$etc/catalog" -Dplugin.dir="$trino_home/plugin" \
      -cp "$trino_home/lib/*" Start > "$dir/log" 2>&1 < /dev/null
  ) &
  echo $! > "$dir/pid"
}

trino_query() {
  python3 - "http://127.0.0.1:$(port trino)" "$1" <<'P'
import json, sys, time, urllib.request
url, sql = sys.argv[1:]
def ask(u, data=None):
    r = urllib.request.Request(u, data=data, headers={"X-Trino-User": "admin", "X-Trino-Source": "services.sh"})
    return json.load(urllib.request.urlopen(r, timeout=20))
doc, rows, until = ask(url + "/v1/statement", sql.encode()), [], time.time() + 60
while True:
    if doc.get("error"): sys.exit(doc["error"]["message"])
    rows += doc.get("data") or []
    if "nextUri" not in doc: break
    if time.time() > until: sys.exit("no answer within 60 s")
    doc = ask(doc["nextUri"])
print("\n".join("\t".join(map(str, r)) for r in rows))
P
}

# Ready is: a query over a connector has rows, and the lake's catalog has its schemas.
trino_ready() {
  curl -fsS -m 5 "http://127.0.0.1:$(port trino)/v1/info" 2>/dev/null | grep -q '"starting":false' || return 1
  [ "$(trino_query 'SELECT count(*) FROM tpch.tiny.nation' 2>/dev/null)" = 25 ] || return 1
  trino_query 'SHOW SCHEMAS FROM lake' >/dev/null 2>&1
}

trino_env() {
  echo "LIMN_TEST_TRINO=http://127.0.0.1:$(port trino)"
  echo "LIMN_TEST_TRINO_TLS=https://127.0.0.1:$(port trino tls)"
  echo "LIMN_TEST_TRINO_CERTS=$(data trino)/certs"
}
