-- +goose Up
CREATE TABLE search_unit (
    id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text    NOT NULL UNIQUE,
    base  boolean NOT NULL,
    body  json    NOT NULL
);

-- Each text once. Ids are given in the order of units, so that the vectors of one table lie together.
CREATE TABLE search_text (
    id   integer  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea    NOT NULL UNIQUE CHECK (length(hash) = 16),
    rank smallint NOT NULL,
    body text     NOT NULL
);

-- Narrow, and covered by its two indexes: from units to texts where few are kept, from texts to units where
-- many are.
CREATE TABLE search_document (
    unit integer  NOT NULL REFERENCES search_unit ON DELETE CASCADE,
    ord  integer  NOT NULL,
    kind smallint NOT NULL,
    tier smallint NOT NULL,
    base boolean  NOT NULL,
    text integer  NOT NULL REFERENCES search_text,
    PRIMARY KEY (unit, ord) INCLUDE (kind, tier, text)
);
CREATE INDEX search_document_text ON search_document (text) INCLUDE (unit, ord, kind, tier, base);

-- The vectors of a generation are in a table of their own, search_vector_ID, since their type holds the dimension.
CREATE TABLE search_generation (
    id       integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    embedder text        NOT NULL,
    dim      integer     NOT NULL,
    serving  boolean     NOT NULL DEFAULT false,
    started  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (embedder, dim)
);

-- +goose Down
DROP TABLE search_generation, search_document, search_text, search_unit;
