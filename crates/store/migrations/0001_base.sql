-- The tables of the first release, one text for SQLite and PostgreSQL.
--
-- Three storage types only: {{int}} is a 64-bit integer, {{text}} is text ordered by its bytes, {{bytes}} is
-- a byte string; {{json}} is text that must be JSON and is kept byte for byte. {{strict}} and {{clustered}}
-- are the options of a table; a clustered table is stored in the order of its primary key where the database
-- can do that. Every key begins with the place.

-- A record (记录) as its last version left it: `live` is 0 after a withdrawal. `day` counts from 1970-01-01.
CREATE TABLE record (
    place       {{text}}  NOT NULL,
    kind        {{text}}  NOT NULL,
    id          {{bytes}} NOT NULL,
    version     {{int}}   NOT NULL,
    live        {{int}}   NOT NULL,
    key         {{text}},
    body        {{text}},
    area        {{text}},
    subject     {{text}},
    day         {{int}},
    fields      {{json}}  NOT NULL,
    recorded_at {{int}}   NOT NULL,
    batch       {{bytes}},
    PRIMARY KEY (place, kind, id)
) {{strict}};
CREATE INDEX record_by_day ON record (place, kind, day, id);
CREATE INDEX record_by_area ON record (place, kind, area, day, id);
CREATE INDEX record_by_body ON record (place, kind, body, day, id);
CREATE INDEX record_by_subject ON record (place, kind, subject, day, id);
CREATE UNIQUE INDEX record_by_key ON record (place, kind, key) WHERE key IS NOT NULL;

-- Every version of every record; nothing here is ever changed. `recorded_at` is the knowledge time, in
-- microseconds of UTC, strictly increasing per place.
CREATE TABLE record_version (
    place       {{text}}  NOT NULL,
    kind        {{text}}  NOT NULL,
    id          {{bytes}} NOT NULL,
    version     {{int}}   NOT NULL,
    op          {{text}}  NOT NULL,
    recorded_at {{int}}   NOT NULL,
    actor       {{text}}  NOT NULL,
    reason      {{text}},
    pack        {{bytes}} NOT NULL,
    body        {{text}},
    area        {{text}},
    subject     {{text}},
    day         {{int}},
    key         {{text}},
    fields      {{text}}  NOT NULL,
    salt        {{bytes}} NOT NULL,
    digest      {{bytes}} NOT NULL,
    batch       {{bytes}},
    PRIMARY KEY (place, id, version)
) {{strict}};
CREATE UNIQUE INDEX record_version_by_time ON record_version (place, recorded_at);

-- How many records of a kind count and how many are withdrawn.
CREATE TABLE kind_count (
    place     {{text}} NOT NULL,
    kind      {{text}} NOT NULL,
    live      {{int}}  NOT NULL,
    withdrawn {{int}}  NOT NULL,
    PRIMARY KEY (place, kind)
) {{clustered}};

-- The answer given to a request that carried an idempotency key.
CREATE TABLE idempotency (
    place       {{text}}  NOT NULL,
    actor       {{text}}  NOT NULL,
    key         {{text}}  NOT NULL,
    digest      {{bytes}} NOT NULL,
    answer      {{text}}  NOT NULL,
    recorded_at {{int}}   NOT NULL,
    PRIMARY KEY (place, actor, key)
) {{clustered}};

-- Additive cells. `grain` 1 is a month (year * 12 + month - 1), 2 a year; both are sums of cell_delta, written in the
-- same transaction. Grain 0, a day, has no rows here: its sum is read from cell_delta.
CREATE TABLE cell (
    place  {{text}} NOT NULL,
    def    {{int}}  NOT NULL,
    grain  {{int}}  NOT NULL,
    dim    {{text}} NOT NULL,
    period {{int}}  NOT NULL,
    num    {{int}}  NOT NULL,
    den    {{int}}  NOT NULL,
    PRIMARY KEY (place, def, grain, dim, period)
) {{clustered}};

-- What one day of knowledge changed on one day that counts: the days of a period, and the history that answers
-- known-on. Ordered by day first, because a record changes many cells of one day: they lie on one page.
CREATE TABLE cell_delta (
    place     {{text}} NOT NULL,
    day       {{int}}  NOT NULL,
    dim       {{text}} NOT NULL,
    def       {{int}}  NOT NULL,
    known_day {{int}}  NOT NULL,
    num       {{int}}  NOT NULL,
    den       {{int}}  NOT NULL,
    PRIMARY KEY (place, day, dim, def, known_day)
) {{clustered}};

-- Dated reported values. A row is in force from `recorded_at` until `ended_at`, in knowledge time.
CREATE TABLE level_value (
    place       {{text}}  NOT NULL,
    def         {{int}}   NOT NULL,
    dim         {{text}}  NOT NULL,
    day         {{int}}   NOT NULL,
    recorded_at {{int}}   NOT NULL,
    id          {{bytes}} NOT NULL,
    value       {{int}}   NOT NULL,
    num         {{int}},
    den         {{int}},
    n           {{int}},
    ended_at    {{int}},
    PRIMARY KEY (place, def, dim, day, recorded_at, id)
) {{clustered}};
CREATE INDEX level_value_by_record ON level_value (place, id);

-- One import of one file.
CREATE TABLE import_batch (
    place       {{text}}  NOT NULL,
    id          {{bytes}} NOT NULL,
    kind        {{text}}  NOT NULL,
    file_digest {{bytes}} NOT NULL,
    file_name   {{text}}  NOT NULL,
    scope       {{text}},
    tested      {{int}},
    actor       {{text}}  NOT NULL,
    recorded_at {{int}}   NOT NULL,
    rows        {{int}}   NOT NULL,
    PRIMARY KEY (place, id)
) {{strict}};
CREATE INDEX import_batch_by_time ON import_batch (place, recorded_at, id);
CREATE INDEX import_batch_by_file ON import_batch (place, file_digest);

-- Files by the SHA-256 of their content; the bytes lie in a folder.
CREATE TABLE file (
    place       {{text}}  NOT NULL,
    digest      {{bytes}} NOT NULL,
    size        {{int}}   NOT NULL,
    media_type  {{text}}  NOT NULL,
    name        {{text}}  NOT NULL,
    recorded_at {{int}}   NOT NULL,
    actor       {{text}}  NOT NULL,
    PRIMARY KEY (place, digest)
) {{clustered}};

-- Plan packs in the order in which they came into force.
CREATE TABLE pack_version (
    place       {{text}}  NOT NULL,
    seq         {{int}}   NOT NULL,
    hash        {{bytes}} NOT NULL,
    bytes       {{bytes}} NOT NULL,
    active_from {{int}}   NOT NULL,
    PRIMARY KEY (place, seq)
) {{strict}};

-- What the county decided about a finding in its plan (口径说明).
CREATE TABLE ruling (
    place       {{text}} NOT NULL,
    finding     {{text}} NOT NULL,
    text        {{text}} NOT NULL,
    decided_by  {{text}} NOT NULL,
    decided_on  {{int}}  NOT NULL,
    recorded_at {{int}}  NOT NULL,
    PRIMARY KEY (place, finding, recorded_at)
) {{clustered}};

CREATE TABLE account (
    place         {{text}}  NOT NULL,
    id            {{bytes}} NOT NULL,
    login         {{text}}  NOT NULL,
    name          {{text}}  NOT NULL,
    role          {{text}}  NOT NULL,
    body          {{text}},
    password_hash {{text}}  NOT NULL,
    created_at    {{int}}   NOT NULL,
    disabled_at   {{int}},
    failed_count  {{int}}   NOT NULL,
    locked_until  {{int}},
    PRIMARY KEY (place, id)
) {{clustered}};
CREATE UNIQUE INDEX account_by_login ON account (place, login);

CREATE TABLE session (
    place      {{text}}  NOT NULL,
    token_hash {{bytes}} NOT NULL,
    account    {{bytes}} NOT NULL,
    created_at {{int}}   NOT NULL,
    seen_at    {{int}}   NOT NULL,
    expires_at {{int}}   NOT NULL,
    PRIMARY KEY (place, token_hash)
) {{clustered}};
CREATE INDEX session_by_account ON session (place, account);

-- One-time links: the first account, an invitation, a password reset.
CREATE TABLE invitation (
    place      {{text}}  NOT NULL,
    token_hash {{bytes}} NOT NULL,
    purpose    {{text}}  NOT NULL,
    role       {{text}}  NOT NULL,
    body       {{text}},
    name       {{text}},
    account    {{bytes}},
    created_at {{int}}   NOT NULL,
    expires_at {{int}}   NOT NULL,
    used_at    {{int}},
    PRIMARY KEY (place, token_hash)
) {{clustered}};

CREATE TABLE setting (
    place {{text}} NOT NULL,
    name  {{text}} NOT NULL,
    value {{text}} NOT NULL,
    PRIMARY KEY (place, name)
) {{clustered}};

-- Who did what (operation log). `at` is drawn from the same increasing times as the versions.
CREATE TABLE operation (
    place  {{text}} NOT NULL,
    at     {{int}}  NOT NULL,
    actor  {{text}} NOT NULL,
    verb   {{text}} NOT NULL,
    object {{text}} NOT NULL,
    detail {{text}} NOT NULL,
    PRIMARY KEY (place, at)
) {{clustered}};
