-- Our own copy of what members says: which unions and people there are, and how far we have heard.
-- Filled by reactions.py alone; a wiped copy is filled again from Kafka.
-- adopts: 9bc4fee194af6849f7f9e89701c1e456b533417fb20eb30c008847bf4c895b44

-- Every stream of members we heard of, to its last version. A person is known by their stream.
CREATE TABLE members_streams (
    stream  text    COLLATE "C" PRIMARY KEY,
    version integer NOT NULL
);

CREATE TABLE known_unions (
    org_id    text    PRIMARY KEY,
    simulated boolean NOT NULL
);
