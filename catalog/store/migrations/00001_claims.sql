-- +goose Up
CREATE TABLE catalog_clock (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL
);
INSERT INTO catalog_clock VALUES (1, 0);

CREATE TABLE catalog_sources (
    name      TEXT PRIMARY KEY,
    system    TEXT NOT NULL,
    read_at   BIGINT NOT NULL,
    tried_at  BIGINT NOT NULL,
    down_from BIGINT NOT NULL,
    error     TEXT NOT NULL,
    report    TEXT NOT NULL
);

-- What changed with each version.
CREATE TABLE catalog_versions (
    version BIGINT PRIMARY KEY,
    made_at BIGINT NOT NULL,
    source  TEXT NOT NULL,
    added   BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    removed BIGINT NOT NULL
);

-- A claim holds from one version until another, which is 0 while it still holds.
CREATE TABLE catalog_claims (
    source        TEXT NOT NULL,
    claim         TEXT NOT NULL,
    from_version  BIGINT NOT NULL,
    until_version BIGINT NOT NULL,
    hash          TEXT NOT NULL,
    body          TEXT NOT NULL,
    PRIMARY KEY (source, claim, from_version)
);
CREATE INDEX catalog_claims_held ON catalog_claims (until_version, source);

-- +goose Down
DROP TABLE catalog_claims;
DROP TABLE catalog_versions;
DROP TABLE catalog_sources;
DROP TABLE catalog_clock;
