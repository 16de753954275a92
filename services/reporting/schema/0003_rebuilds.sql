-- One row a rebuild: how far it is, and how it ended. It runs while it has no end and somebody holds
-- its advisory lock; without the lock, its process ended first.
CREATE TABLE rebuilds (
    id          bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at  timestamptz      NOT NULL DEFAULT now(),
    up_to       bigint           NOT NULL,
    progress    double precision NOT NULL DEFAULT 0,
    finished_at timestamptz,
    outcome     text,
    error       text
);
