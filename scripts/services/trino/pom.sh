# pom.sh VERSION OUT: lets Maven put the server's jars into OUT/lib and each connector's into OUT/plugin/NAME.
set -euo pipefail
version=$1 out=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

exclusions() { for e in "$@"; do printf '<exclusion><groupId>%s</groupId><artifactId>%s</artifactId></exclusion>' "${e%:*}" "${e#*:}"; done; }

# Storage and catalogs of clouds that no test reaches: they are two thirds of the connector's size.
iceberg_without=$(exclusions 'net.snowflake:*' 'org.rocksdb:*' 'io.trino.coral:*' 'com.google.cloud:*' 'com.google.api:*' 'com.google.api.grpc:*' \
  'com.google.apis:*' 'com.google.cloud.bigdataoss:*' 'io.grpc:*' 'com.azure:*' 'org.conscrypt:*' 'org.alluxio:*' 'io.opencensus:*' \
  software.amazon.awssdk:glue software.amazon.awssdk:kms org.apache.iceberg:iceberg-aws org.apache.iceberg:iceberg-nessie \
  org.apache.iceberg:iceberg-snowflake 'org.projectnessie.nessie:*' io.netty:netty-codec-native-quic io.netty:netty-codec-classes-quic)

collect() { # DIR ARTIFACT EXCLUSIONS
  local spi=
  [ "$1" = lib ] || spi="<dependency><groupId>io.trino</groupId><artifactId>trino-spi</artifactId><version>$version</version><scope>provided</scope></dependency>"
  mkdir -p "$work/$2"
  cat > "$work/$2/pom.xml" <<X
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
<dependencyManagement><dependencies><dependency><groupId>io.trino</groupId><artifactId>trino-root</artifactId><version>$version</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement>
<dependencies>$spi<dependency><groupId>io.trino</groupId><artifactId>$2</artifactId><version>$version</version>${3:+<exclusions>$3</exclusions>}</dependency></dependencies></project>
X
  # shellcheck disable=SC2086  # MVN_FLAGS is a list of flags
  mvn -B -q -C ${MVN_FLAGS:-} -f "$work/$2/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$out/$1" >&2
}

collect lib trino-main ""
for p in tpch:Tpch tpcds:Tpcds memory:Memory; do collect "plugin/${p%:*}" "trino-${p%:*}" ""; done
collect plugin/iceberg trino-iceberg "$iceberg_without"
# Plugins are found by a file that their packaging adds, not the jars.
for p in tpch:Tpch tpcds:Tpcds memory:Memory iceberg:Iceberg; do
  name=${p%:*}; mkdir -p "$work/$name/META-INF/services"
  echo "io.trino.plugin.$name.${p#*:}Plugin" > "$work/$name/META-INF/services/io.trino.spi.Plugin"
  (cd "$work/$name" && python3 - "$out/plugin/$name/services.jar" <<'P'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z: # dated, so that its hash is the same each time
    z.writestr(zipfile.ZipInfo("META-INF/services/io.trino.spi.Plugin", (2020, 1, 1, 0, 0, 0)), open("META-INF/services/io.trino.spi.Plugin").read())
P
  )
done
