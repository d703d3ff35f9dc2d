-- +goose Up
CREATE TABLE job_leases (
    job         TEXT PRIMARY KEY,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,  -- 0: nobody runs it
    run         BIGINT NOT NULL   -- the run that holds the lease
);
CREATE TABLE job_runs (
    id      INTEGER PRIMARY KEY,
    job     TEXT NOT NULL,
    state   TEXT NOT NULL,
    started BIGINT NOT NULL,
    ended   BIGINT NOT NULL,
    note    TEXT NOT NULL,
    error   TEXT NOT NULL,
    replica TEXT NOT NULL
);
CREATE INDEX job_runs_of ON job_runs (job, id);

-- +goose Down
DROP TABLE job_runs;
DROP TABLE job_leases;
