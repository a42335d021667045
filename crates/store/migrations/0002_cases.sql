-- Cases: what is owed and when something happens by itself, messages, and running numbers.

-- What is owed in open cases (待办), a row for each running clock and each open step. Derived: it is replaced with every version of its record and
-- can be rebuilt from the records, but for `fired_until`, the instant up to which what happens by itself has happened. `due_at` is the greatest integer
-- where there is no end; `next_at` is absent where nothing more happens by itself.
CREATE TABLE task (
    place       {{text}}  NOT NULL,
    record      {{bytes}} NOT NULL,
    clock       {{text}}  NOT NULL,
    run         {{int}}   NOT NULL,
    kind        {{text}}  NOT NULL,
    sort        {{text}}  NOT NULL,
    state       {{text}}  NOT NULL,
    body        {{text}}  NOT NULL,
    role        {{text}}  NOT NULL,
    assignee    {{text}},
    area        {{text}},
    since       {{int}}   NOT NULL,
    due_day     {{int}},
    due_at      {{int}}   NOT NULL,
    provisional {{int}}   NOT NULL,
    paused      {{int}}   NOT NULL,
    fired_until {{int}}   NOT NULL,
    next_at     {{int}},
    PRIMARY KEY (place, record, clock, run)
) {{clustered}};
CREATE INDEX task_by_due ON task (place, due_at, record);
CREATE INDEX task_by_owner ON task (place, body, role, due_at, record);
CREATE INDEX task_by_assignee ON task (place, assignee, due_at, record) WHERE assignee IS NOT NULL;
CREATE INDEX task_by_next ON task (place, next_at) WHERE next_at IS NOT NULL;

-- What somebody did: his own steps, newest first (已办).
CREATE INDEX record_version_by_actor ON record_version (place, actor, recorded_at) WHERE op = 'step';

-- A message (消息) to everybody who holds a role in a body, or to one account.
CREATE TABLE message (
    place       {{text}}  NOT NULL,
    id          {{bytes}} NOT NULL,
    at          {{int}}   NOT NULL,
    account     {{text}},
    body        {{text}}  NOT NULL,
    role        {{text}}  NOT NULL,
    kind        {{text}},
    record      {{bytes}},
    title       {{text}}  NOT NULL,
    text        {{text}}  NOT NULL,
    PRIMARY KEY (place, id)
) {{clustered}};
CREATE INDEX message_by_owner ON message (place, body, role, at);
CREATE INDEX message_by_account ON message (place, account, at) WHERE account IS NOT NULL;

-- Which account has read a message.
CREATE TABLE message_read (
    place   {{text}}  NOT NULL,
    account {{text}}  NOT NULL,
    message {{bytes}} NOT NULL,
    at      {{int}}   NOT NULL,
    PRIMARY KEY (place, account, message)
) {{clustered}};

-- Running numbers: the last one given under a name.
CREATE TABLE counter (
    place {{text}} NOT NULL,
    name  {{text}} NOT NULL,
    value {{int}}  NOT NULL,
    PRIMARY KEY (place, name)
) {{clustered}};
