-- +goose Up
CREATE TABLE lineage_inbox (
    hash     TEXT PRIMARY KEY,     -- of the event's text: one that is posted twice is kept once
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    producer TEXT NOT NULL,
    body     TEXT NOT NULL
);
CREATE INDEX lineage_inbox_number ON lineage_inbox (number);

-- +goose Down
DROP TABLE lineage_inbox;
