-- 透明日志 (transparency log): a leaf for every thing that may not be changed unseen. Written in the transaction that does the thing,
-- numbered from 0 without gaps. `at` is the knowledge time of the thing and finds its row; `what` says in which table. `entry` is the
-- commitment that the log publishes, SHA-256 and after it SM3, which say nothing without the row and its salt. A version has its salt
-- itself; other things have theirs here, and erasing a thing erases it.
CREATE TABLE leaf (
    place {{text}}  NOT NULL,
    seq   {{int}}   NOT NULL,
    at    {{int}}   NOT NULL,
    what  {{int}}   NOT NULL,
    entry {{bytes}} NOT NULL,
    salt  {{bytes}},
    PRIMARY KEY (place, seq)
) {{clustered}};
CREATE UNIQUE INDEX leaf_by_time ON leaf (place, at, what);

-- 哈希瓦片 (tiles): up to 256 hashes of 32 bytes, the widest of each place. Derived from the leaves and can be lost.
CREATE TABLE log_tile (
    place  {{text}}  NOT NULL,
    level  {{int}}   NOT NULL,
    number {{int}}   NOT NULL,
    hashes {{bytes}} NOT NULL,
    PRIMARY KEY (place, level, number)
) {{clustered}};

-- 检查点 (heads) that were signed, by size: the checkpoint as a signed note, cosignatures included.
CREATE TABLE log_head (
    place     {{text}}  NOT NULL,
    size      {{int}}   NOT NULL,
    root      {{bytes}} NOT NULL,
    note      {{text}}  NOT NULL,
    signed_at {{int}}   NOT NULL,
    published {{int}}   NOT NULL,
    PRIMARY KEY (place, size)
) {{clustered}};

-- The commitment of a version with SM3 in the place of SHA-256.
ALTER TABLE record_version ADD COLUMN sm3 {{bytes}};
