-- +goose Up
CREATE TABLE answers (
    number   BIGINT PRIMARY KEY,   -- in the order in which they were given
    id       TEXT NOT NULL,        -- answer_id; the same question of the same asker at the same moment has the same
    given_at BIGINT NOT NULL,
    asker    TEXT NOT NULL,
    act_as   TEXT NOT NULL,
    question TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    hash     TEXT NOT NULL,
    body     TEXT NOT NULL
);
CREATE INDEX answers_id ON answers (id, number);
CREATE INDEX answers_asker ON answers (asker, number);
CREATE INDEX answers_given ON answers (given_at);

-- +goose Down
DROP TABLE answers;
