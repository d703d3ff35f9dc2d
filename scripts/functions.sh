#!/usr/bin/env bash
# functions.sh [OUT] writes the function registry, one overload of SHOW FUNCTIONS a line, by asking a
# real Trino: it assembles a lean server from Maven (trino-main and its runtime, no connector), starts
# it on a free port of this machine, asks, and stops it. OUT defaults to trino/functions/functions.jsonl.
#
# Needs mvn, curl, go and a JDK 25 (TRINO_JAVA_HOME). The server is kept in LIMN_CACHE for the next run.
set -euo pipefail

version=483
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/trino/functions/functions.jsonl}
cache=${LIMN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/limn}/trino-$version-core
export JAVA_HOME=${TRINO_JAVA_HOME:-/usr/lib/jvm/temurin-25-jdk-amd64}
java=$JAVA_HOME/bin/java
[ -x "$java" ] || { echo "functions.sh: no JDK 25 at $JAVA_HOME; set TRINO_JAVA_HOME" >&2; exit 1; }

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$work"
}
trap finish EXIT

if [ ! -f "$cache/complete" ]; then
  echo "assembling trino-main $version in $cache" >&2
  rm -rf "$cache"; mkdir -p "$cache/lib"
  cat > "$work/pom.xml" <<X
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
  <dependencyManagement><dependencies><dependency>
    <groupId>io.trino</groupId><artifactId>trino-root</artifactId><version>$version</version><type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies><dependency>
    <groupId>io.trino</groupId><artifactId>trino-main</artifactId><version>$version</version>
  </dependency></dependencies>
</project>
X
  # shellcheck disable=SC2086  # MVN_FLAGS is a list of flags
  mvn -B -q ${MVN_FLAGS:-} -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$cache/lib" >&2
  touch "$cache/complete"
fi

port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
mkdir -p "$work/etc/catalog" "$work/plugin" "$work/var"
cat > "$work/etc/config.properties" <<X
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$port
discovery.uri=http://127.0.0.1:$port
catalog.management=static
query.max-memory=400MB
query.max-memory-per-node=300MB
memory.heap-headroom-per-node=200MB
X
echo 'io.trino=WARN' > "$work/etc/log.properties"
cat > "$work/Start.java" <<X
public final class Start {
    public static void main(String[] args) {
        new io.trino.server.Server().start("$version");
    }
}
X

cd "$work" # the server writes beside where it starts
"$java" -Xms256M -Xmx1G -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
  -Djdk.attach.allowAttachSelf=true -Dfile.encoding=UTF-8 --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow --add-modules=jdk.incubator.vector \
  -Dnode.environment=functions -Dnode.id=functions -Dnode.data-dir="$work/var" \
  -Dnode.internal-address=127.0.0.1 -Dnode.bind-ip=127.0.0.1 \
  -Dconfig="$work/etc/config.properties" -Dlog.levels-file="$work/etc/log.properties" \
  -Dcatalog.config-dir="$work/etc/catalog" -Dplugin.dir="$work/plugin" \
  -cp "$cache/lib/*" Start.java > "$work/server.log" 2>&1 </dev/null &
server=$!

for _ in $(seq 1 240); do
  kill -0 "$server" 2>/dev/null || { echo "functions.sh: the server stopped:" >&2; tail -30 "$work/server.log" >&2; exit 1; }
  if curl -fsS "http://127.0.0.1:$port/v1/info" 2>/dev/null | grep -q '"starting":false'; then ready=1; break; fi
  sleep 1
done
[ -n "${ready:-}" ] || { echo "functions.sh: the server was not ready within 240 s" >&2; exit 1; }

cd "$root"
go run ./trino/functions/internal/showfunctions -server "http://127.0.0.1:$port" -out "$out"
