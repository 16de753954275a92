-- Our own copy of what members says: which unions and people there are, and how far we have heard.
-- Filled by reactions.py alone; a wiped copy is filled again from Kafka.

-- Every stream of members we heard of, to its last version. A person is known by their stream.
CREATE TABLE IF NOT EXISTS members_streams (
    stream  text    COLLATE "C" PRIMARY KEY,
    version integer NOT NULL
);

CREATE TABLE IF NOT EXISTS known_unions (
    org_id    text    PRIMARY KEY,
    simulated boolean NOT NULL
);
