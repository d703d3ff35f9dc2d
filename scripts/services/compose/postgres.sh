# Run once by the Postgres image, in the database limn: what services.sh makes in its own server.
set -e
psql -v ON_ERROR_STOP=1 -U postgres -d limn -c 'CREATE EXTENSION IF NOT EXISTS vector' -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm'
psql -v ON_ERROR_STOP=1 -U postgres -d postgres -c 'CREATE DATABASE iceberg'
psql -v ON_ERROR_STOP=1 -U postgres -d iceberg -f /limn/iceberg.sql
